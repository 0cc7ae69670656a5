// The AWS SDK for Go v2 against the server at SHVM_ENDPOINT. It checks the CRC-32 of every reply that is no error, but only
// warns of a wrong one: so no warning may come.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

const bigItems = 45

var (
	ctx   = context.Background()
	table = aws.String(os.Getenv("SHVM_TABLE"))

	requestID  = regexp.MustCompile("^[0-9A-Z]{52}$")
	requestIDs = map[string]bool{}
)

type item = map[string]types.AttributeValue

func newClient(id, secret string, gzip bool) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint:             aws.String(os.Getenv("SHVM_ENDPOINT")),
		Region:                   "us-east-1",
		Credentials:              credentials.NewStaticCredentialsProvider(id, secret, ""),
		RetryMaxAttempts:         1,
		EnableAcceptEncodingGzip: gzip,
		Logger: logging.LoggerFunc(func(_ logging.Classification, format string, values ...any) {
			log.Panicf(format, values...)
		}),
		APIOptions: []func(*middleware.Stack) error{checkReplies},
	})
}

// Every reply, an error or not, has a request id that no other has.
func checkReplies(stack *middleware.Stack) error {
	check := func(ctx context.Context, input middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		output, metadata, err := next.HandleInitialize(ctx, input)
		id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
		check(requestID.MatchString(id) && !requestIDs[id], "request id", id)
		requestIDs[id] = true
		return output, metadata, err
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CheckReplies", check), middleware.Before)
}

func key(pk string, sk int) item {
	return item{
		"pk": &types.AttributeValueMemberS{Value: pk},
		"sk": &types.AttributeValueMemberN{Value: fmt.Sprint(sk)},
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return value
}

func check(held bool, what string, found any) {
	if !held {
		log.Panicf("%s: %v", what, found)
	}
}

func definition() *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: table,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeN},
		},
		BillingMode: types.BillingModePayPerRequest,
	}
}

func update(client *dynamodb.Client, old string) (*dynamodb.UpdateItemOutput, error) {
	return client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           table,
		Key:                 key("a", 1),
		UpdateExpression:    aws.String("SET n = n + :one"),
		ConditionExpression: aws.String("n = :old"),
		ExpressionAttributeValues: item{
			":one": &types.AttributeValueMemberN{Value: "1"},
			":old": &types.AttributeValueMemberN{Value: old},
		},
		ReturnValues:                        types.ReturnValueUpdatedNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
}

func items(client *dynamodb.Client) {
	written := key("a", 1)
	written["n"] = &types.AttributeValueMemberN{Value: "1.50"}
	written["text"] = &types.AttributeValueMemberS{Value: "grün \x00"}
	must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: written}))
	found := must(client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key("a", 1)}))
	text := found.Item["text"].(*types.AttributeValueMemberS).Value
	check(text == "grün \x00", "text", text)
	changed := must(update(client, "1.5"))
	number := changed.Attributes["n"].(*types.AttributeValueMemberN).Value
	check(number == "2.5", "number", number)
	_, err := update(client, "1.5")
	var failed *types.ConditionalCheckFailedException
	check(errors.As(err, &failed), "condition", err)
	check(len(failed.Item) == 4, "the item comes with the error", failed.Item)
}

func pages(client *dynamodb.Client) {
	const count = 50
	for start := 0; start < count; start += 25 {
		var puts []types.WriteRequest
		for sk := start; sk < start+25; sk++ {
			puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: key("page", sk)}})
		}
		written := must(client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{*table: puts},
		}))
		check(len(written.UnprocessedItems) == 0, "unprocessed", written.UnprocessedItems)
	}
	query := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		TableName:                 table,
		KeyConditionExpression:    aws.String("pk = :p"),
		ExpressionAttributeValues: item{":p": &types.AttributeValueMemberS{Value: "page"}},
		Limit:                     aws.Int32(7),
	})
	next := 0
	for query.HasMorePages() {
		for _, found := range must(query.NextPage(ctx)).Items {
			check(found["sk"].(*types.AttributeValueMemberN).Value == fmt.Sprint(next), "order", found)
			next++
		}
	}
	check(next == count, "queried", next)
	scan := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: table, Limit: aws.Int32(7)})
	scanned := 0
	for scan.HasMorePages() {
		scanned += len(must(scan.NextPage(ctx)).Items)
	}
	check(scanned == count+1, "scanned", scanned)
}

// More than one reply holds: what is left unprocessed is asked for again.
func batches(client *dynamodb.Client) {
	var keys []map[string]types.AttributeValue
	for number := range bigItems {
		big := key(fmt.Sprint("big", number), 1)
		keys = append(keys, key(fmt.Sprint("big", number), 1))
		big["text"] = &types.AttributeValueMemberS{Value: strings.Repeat("x", 390_000)}
		must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: big}))
	}
	wanted := map[string]types.KeysAndAttributes{*table: {Keys: keys}}
	seen, rounds := 0, 0
	for len(wanted) > 0 {
		reply := must(client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: wanted}))
		seen += len(reply.Responses[*table])
		wanted = reply.UnprocessedKeys
		rounds++
	}
	check(seen == bigItems && rounds > 1, "batch", []int{seen, rounds})
}

func failures(client *dynamodb.Client) {
	_, err := client.CreateTable(ctx, definition())
	var inUse *types.ResourceInUseException
	check(errors.As(err, &inUse), "in use", err)
	_, err = client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("nowhere"), Key: key("a", 1)})
	var notFound *types.ResourceNotFoundException
	check(errors.As(err, &notFound), "not found", err)
	_, err = client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: item{}})
	var other smithy.APIError
	check(errors.As(err, &other) && other.ErrorCode() == "ValidationException", "validation", err)
	_, err = newClient("nobody", "x", false).ListTables(ctx, &dynamodb.ListTablesInput{})
	check(errors.As(err, &other) && other.ErrorCode() == "UnrecognizedClientException", "stranger", err)
}

func main() {
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	for _, gzip := range []bool{false, true} {
		client := newClient(id, secret, gzip)
		must(client.CreateTable(ctx, definition()))
		described := &dynamodb.DescribeTableInput{TableName: table}
		quick := func(options *dynamodb.TableExistsWaiterOptions) { options.MinDelay = time.Second }
		must(0, dynamodb.NewTableExistsWaiter(client, quick).Wait(ctx, described, 30*time.Second))
		items(client)
		pages(client)
		batches(client)
		failures(client)
		must(client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: table}))
		gone := func(options *dynamodb.TableNotExistsWaiterOptions) { options.MinDelay = time.Second }
		must(0, dynamodb.NewTableNotExistsWaiter(client, gone).Wait(ctx, described, 30*time.Second))
	}
	check(len(requestIDs) > 100, "request ids", len(requestIDs))
}
