package shvm;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.retry.RetryPolicy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/** The AWS SDK for Java v2 against the server at SHVM_ENDPOINT. It checks every reply's CRC-32. */
public final class Main {
    private static final String TABLE = System.getenv("SHVM_TABLE");
    private static final int BIG_ITEMS = 45;

    private final DynamoDbClient client = clientOf(
            System.getenv("AWS_ACCESS_KEY_ID"), System.getenv("AWS_SECRET_ACCESS_KEY"));

    private static DynamoDbClient clientOf(String id, String secret) {
        return DynamoDbClient.builder()
                .endpointOverride(URI.create(System.getenv("SHVM_ENDPOINT")))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret)))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(options -> options.retryPolicy(RetryPolicy.none()))
                .build();
    }

    private static AttributeValue string(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue number(Object value) {
        return AttributeValue.fromN(value.toString());
    }

    private static Map<String, AttributeValue> key(String pk, int sk) {
        return Map.of("pk", string(pk), "sk", number(sk));
    }

    private static void check(boolean held, Object found) {
        if (!held) throw new AssertionError(found);
    }

    private static void checkRequestId(String id) {
        check(id != null && id.matches("[0-9A-Z]{52}"), "request id: " + id);
    }

    private static <E extends Exception> E failsWith(Class<E> type, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException error) {
            if (type.isInstance(error)) return type.cast(error);
            throw error;
        }
        throw new AssertionError(type + " was expected");
    }

    private void createTable() {
        client.createTable(request -> request.tableName(TABLE).billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(
                        KeySchemaElement.builder().attributeName("pk").keyType(KeyType.HASH).build(),
                        KeySchemaElement.builder().attributeName("sk").keyType(KeyType.RANGE).build())
                .attributeDefinitions(
                        AttributeDefinition.builder().attributeName("pk").attributeType("S").build(),
                        AttributeDefinition.builder().attributeName("sk").attributeType("N").build()));
    }

    private UpdateItemResponse update(String old) {
        return client.updateItem(request -> request.tableName(TABLE).key(key("a", 1))
                .updateExpression("SET n = n + :one").conditionExpression("n = :old")
                .expressionAttributeValues(Map.of(":one", number(1), ":old", number(old)))
                .returnValues(ReturnValue.UPDATED_NEW));
    }

    private void items() {
        Map<String, AttributeValue> item = Map.of(
                "pk", string("a"), "sk", number(1), "n", number("1.50"), "text", string("grün \0"));
        client.putItem(request -> request.tableName(TABLE).item(item));
        GetItemResponse reply = client.getItem(get -> get.tableName(TABLE).key(key("a", 1)));
        Map<String, AttributeValue> found = reply.item();
        checkRequestId(reply.responseMetadata().requestId());
        check(found.get("text").s().equals("grün \0") && found.get("n").n().equals("1.5"), found);
        check(update("1.5").attributes().get("n").n().equals("2.5"), "update");
        failsWith(ConditionalCheckFailedException.class, () -> update("1.5"));
    }

    private void pages() {
        for (int start = 0; start < 50; start += 25) {
            List<WriteRequest> puts = new ArrayList<>();
            for (int sk = start; sk < start + 25; sk++) {
                Map<String, AttributeValue> item = key("page", sk);
                puts.add(WriteRequest.builder().putRequest(put -> put.item(item)).build());
            }
            check(client.batchWriteItem(batch -> batch.requestItems(Map.of(TABLE, puts))).unprocessedItems().isEmpty(),
                    "unprocessed");
        }
        int next = 0;
        for (Map<String, AttributeValue> item : client.queryPaginator(query -> query.tableName(TABLE).limit(7)
                .keyConditionExpression("pk = :p").expressionAttributeValues(Map.of(":p", string("page")))).items()) {
            check(item.get("sk").n().equals(Integer.toString(next++)), item);
        }
        check(next == 50, next);
        long scanned = client.scanPaginator(scan -> scan.tableName(TABLE).limit(7)).items().stream().count();
        check(scanned == 51, scanned);
    }

    /** More than one reply holds: what is left unprocessed is asked for again. */
    private void batches() {
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (int number = 0; number < BIG_ITEMS; number++) {
            String pk = "big" + number;
            keys.add(key(pk, 1));
            client.putItem(put -> put.tableName(TABLE)
                    .item(Map.of("pk", string(pk), "sk", number(1), "text", string("x".repeat(390_000)))));
        }
        Map<String, KeysAndAttributes> wanted = Map.of(TABLE, KeysAndAttributes.builder().keys(keys).build());
        int seen = 0;
        int rounds = 0;
        while (!wanted.isEmpty()) {
            Map<String, KeysAndAttributes> asked = wanted;
            BatchGetItemResponse reply = client.batchGetItem(batch -> batch.requestItems(asked));
            seen += reply.responses().get(TABLE).size();
            wanted = reply.unprocessedKeys();
            rounds++;
        }
        check(seen == BIG_ITEMS && rounds > 1, seen + " in " + rounds);
    }

    private void errors() {
        failsWith(ResourceInUseException.class, this::createTable);
        failsWith(ResourceNotFoundException.class,
                () -> client.getItem(get -> get.tableName("nowhere").key(key("a", 1))));
        DynamoDbException invalid = failsWith(DynamoDbException.class,
                () -> client.getItem(get -> get.tableName(TABLE).key(Map.of("pk", string("a")))));
        check(invalid.awsErrorDetails().errorCode().equals("ValidationException"), invalid);
        checkRequestId(invalid.requestId());
        DynamoDbException stranger = failsWith(DynamoDbException.class, () -> clientOf("nobody", "x").listTables());
        check(stranger.awsErrorDetails().errorCode().equals("UnrecognizedClientException"), stranger);
    }

    public static void main(String[] arguments) {
        Main main = new Main();
        main.createTable();
        main.client.waiter().waitUntilTableExists(table -> table.tableName(TABLE));
        main.items();
        main.pages();
        main.batches();
        main.errors();
        main.client.deleteTable(table -> table.tableName(TABLE));
        main.client.waiter().waitUntilTableNotExists(table -> table.tableName(TABLE));
        System.exit(0);
    }
}
