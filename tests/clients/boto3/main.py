"""boto3, clients and resources, against the server at SHVM_ENDPOINT."""
import os
import re
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config

NAME = os.environ["SHVM_TABLE"]
OPTIONS = {
    "endpoint_url": os.environ["SHVM_ENDPOINT"],
    "config": Config(retries={"total_max_attempts": 2, "mode": "standard"}),
}
request_ids = set()


def check_reply(parsed, **_):
    """To botocore a wrong CRC-32 is a reason to try again, and no more than that: the last attempt's reply is taken. So
    there may be a second attempt, and none may be made."""
    metadata = parsed["ResponseMetadata"]
    assert metadata["RetryAttempts"] == 0, metadata
    request_id = metadata.get("RequestId", "")
    assert re.fullmatch("[0-9A-Z]{52}", request_id) and request_id not in request_ids, metadata
    request_ids.add(request_id)


boto3.setup_default_session()
boto3.DEFAULT_SESSION.events.register("after-call.dynamodb", check_reply)
client = boto3.client("dynamodb", **OPTIONS)
resource = boto3.resource("dynamodb", **OPTIONS)
KEYS = {
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def fails_with(error, call, **arguments):
    try:
        call(**arguments)
    except error as met:
        return met.response["Error"]["Message"]
    raise AssertionError(f"{error.__name__} was expected")


def items():
    table = resource.Table(NAME)
    item = {"pk": "a", "sk": 1, "number": Decimal("1.50"), "set": {"x", "y"}, "bytes": b"\0\xff", "none": None,
            "map": {"list": [True, "grün"]}}
    table.put_item(Item=item)
    found = table.get_item(Key={"pk": "a", "sk": 1}, ConsistentRead=True)["Item"]
    assert found == item, found
    update = {
        "Key": {"pk": "a", "sk": 1},
        "UpdateExpression": "SET #n = #n + :one",
        "ExpressionAttributeNames": {"#n": "number"},
        "ExpressionAttributeValues": {":one": 1},
        "ReturnValues": "UPDATED_NEW",
    }
    changed = table.update_item(**update, ConditionExpression=Attr("set").contains("x"))
    assert changed["Attributes"] == {"number": Decimal("2.5")}, changed
    message = fails_with(client.exceptions.ConditionalCheckFailedException, table.update_item, **update,
                         ConditionExpression=Attr("set").contains("z"))
    assert message == "The conditional request failed", message


def pages():
    table = resource.Table(NAME)
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={"pk": "page", "sk": number, "even": number % 2 == 0})
    query = client.get_paginator("query").paginate(
        TableName=NAME, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "page"}},
        PaginationConfig={"PageSize": 7},
    )
    numbers = [int(item["sk"]["N"]) for page in query for item in page["Items"]]
    assert numbers == list(range(60)), numbers
    scan = client.get_paginator("scan").paginate(TableName=NAME, PaginationConfig={"PageSize": 7})
    assert sum(page["Count"] for page in scan) == 61
    found = table.query(KeyConditionExpression=Key("pk").eq("page") & Key("sk").between(10, 19),
                        FilterExpression=Attr("even").eq(True), ScanIndexForward=False)
    assert [int(item["sk"]) for item in found["Items"]] == [18, 16, 14, 12, 10], found


def batches():
    """More than one reply holds: what is left unprocessed is asked for again."""
    for number in range(45):
        client.put_item(TableName=NAME, Item={
            "pk": {"S": f"big{number}"}, "sk": {"N": "1"}, "text": {"S": "x" * 390_000}})
    wanted = {NAME: {"Keys": [{"pk": {"S": f"big{number}"}, "sk": {"N": "1"}} for number in range(45)]}}
    seen, rounds = set(), 0
    while wanted:
        reply = client.batch_get_item(RequestItems=wanted)
        seen |= {item["pk"]["S"] for item in reply["Responses"][NAME]}
        wanted = reply["UnprocessedKeys"]
        rounds += 1
    assert len(seen) == 45 and rounds > 1, (len(seen), rounds)
    deletes = [{"DeleteRequest": {"Key": {"pk": {"S": f"big{number}"}, "sk": {"N": "1"}}}} for number in range(25)]
    assert client.batch_write_item(RequestItems={NAME: deletes})["UnprocessedItems"] == {}


def errors():
    exceptions = client.exceptions
    fails_with(exceptions.ResourceInUseException, client.create_table, TableName=NAME, **KEYS)
    fails_with(exceptions.ResourceNotFoundException, client.get_item, TableName="nowhere", Key={"pk": {"S": "a"}})
    message = fails_with(exceptions.ClientError, client.get_item, TableName=NAME, Key={"pk": {"S": "a"}})
    assert message == "The provided key element does not match the schema", message
    stranger = boto3.client("dynamodb", aws_access_key_id="nobody", aws_secret_access_key="x", **OPTIONS)
    message = fails_with(exceptions.ClientError, stranger.list_tables)
    assert message == "The security token included in the request is invalid.", message


client.create_table(TableName=NAME, **KEYS)
client.get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})
items()
pages()
batches()
errors()
client.delete_table(TableName=NAME)
client.get_waiter("table_not_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})
assert len(request_ids) > 50, len(request_ids)
