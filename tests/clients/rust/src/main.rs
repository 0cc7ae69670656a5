//! The AWS SDK for Rust against the server at SHVM_ENDPOINT.
use std::collections::HashMap;
use std::env::var;
use std::time::Duration;

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, KeysAndAttributes, PutRequest,
    ReturnValue, ScalarAttributeType, WriteRequest,
};
use aws_sdk_dynamodb::{Client, Config, Error};

type Item = HashMap<String, AttributeValue>;

const BIG_ITEMS: usize = 45;

fn client_of(id: &str, secret: &str) -> Client {
    let config = Config::builder()
        .behavior_version_latest()
        .endpoint_url(var("SHVM_ENDPOINT").unwrap())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(id, secret, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

fn table() -> String {
    var("SHVM_TABLE").unwrap()
}

fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn key(pk: &str, sk: usize) -> Item {
    HashMap::from([("pk".into(), string(pk)), ("sk".into(), number(sk))])
}

fn check_request_id(reply: &impl RequestId) {
    let id = reply.request_id().unwrap_or_default();
    assert!(id.len() == 52 && id.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()), "{id}");
}

async fn create_table(client: &Client) -> Result<(), Error> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let attribute = |name: &str, kind| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    client
        .create_table()
        .table_name(table())
        .key_schema(element("pk", KeyType::Hash))
        .key_schema(element("sk", KeyType::Range))
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .attribute_definitions(attribute("sk", ScalarAttributeType::N))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await?;
    Ok(())
}

async fn update(
    client: &Client,
    old: &str,
) -> Result<UpdateItemOutput, aws_sdk_dynamodb::error::SdkError<UpdateItemError>> {
    client
        .update_item()
        .table_name(table())
        .set_key(Some(key("a", 1)))
        .update_expression("SET n = n + :one")
        .condition_expression("n = :old")
        .expression_attribute_values(":one", number(1))
        .expression_attribute_values(":old", number(old))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await
}

async fn items(client: &Client) -> Result<(), Error> {
    let mut item = key("a", 1);
    item.insert("n".into(), number("1.50"));
    item.insert("text".into(), string("grün \0"));
    client.put_item().table_name(table()).set_item(Some(item)).send().await?;
    let found = client.get_item().table_name(table()).set_key(Some(key("a", 1))).send().await?;
    check_request_id(&found);
    assert_eq!(found.item.unwrap()["text"], string("grün \0"));
    assert_eq!(update(client, "1.5").await?.attributes.unwrap()["n"], number("2.5"));
    let failed = update(client, "1.5").await.unwrap_err().into_service_error();
    assert!(failed.is_conditional_check_failed_exception());
    Ok(())
}

async fn pages(client: &Client) -> Result<(), Error> {
    for start in [0, 25] {
        let put = |sk| {
            let request = PutRequest::builder().set_item(Some(key("page", sk))).build().unwrap();
            WriteRequest::builder().put_request(request).build()
        };
        let puts = (start..start + 25).map(put).collect();
        let reply = client.batch_write_item().request_items(table(), puts).send().await?;
        assert!(reply.unprocessed_items.unwrap_or_default().is_empty());
    }
    let mut query = client
        .query()
        .table_name(table())
        .key_condition_expression("pk = :p")
        .expression_attribute_values(":p", string("page"))
        .limit(7)
        .into_paginator()
        .items()
        .send();
    let mut next = 0;
    while let Some(item) = query.next().await {
        assert_eq!(item?["sk"], number(next));
        next += 1;
    }
    assert_eq!(next, 50);
    let mut scan = client.scan().table_name(table()).limit(7).into_paginator().items().send();
    let mut scanned = 0;
    while let Some(item) = scan.next().await {
        item?;
        scanned += 1;
    }
    assert_eq!(scanned, 51);
    Ok(())
}

/// More than one reply holds: what is left unprocessed is asked for again.
async fn batches(client: &Client) -> Result<(), Error> {
    let mut keys = KeysAndAttributes::builder();
    for number in 0..BIG_ITEMS {
        let mut item = key(&format!("big{number}"), 1);
        keys = keys.keys(item.clone());
        item.insert("text".into(), string("x".repeat(390_000)));
        client.put_item().table_name(table()).set_item(Some(item)).send().await?;
    }
    let mut wanted = HashMap::from([(table(), keys.build().unwrap())]);
    let (mut seen, mut rounds) = (0, 0);
    while !wanted.is_empty() {
        let reply = client.batch_get_item().set_request_items(Some(wanted)).send().await?;
        seen += reply.responses.unwrap()[&table()].len();
        wanted = reply.unprocessed_keys.unwrap_or_default();
        rounds += 1;
    }
    assert_eq!(seen, BIG_ITEMS);
    assert!(rounds > 1);
    Ok(())
}

async fn errors(client: &Client) {
    assert!(matches!(create_table(client).await, Err(Error::ResourceInUseException(_))));
    let missing = client.get_item().table_name("nowhere").set_key(Some(key("a", 1))).send().await;
    assert!(matches!(missing.map_err(Error::from), Err(Error::ResourceNotFoundException(_))));
    let invalid = client.get_item().table_name(table()).key("pk", string("a")).send().await.unwrap_err();
    assert_eq!(invalid.code(), Some("ValidationException"));
    check_request_id(&invalid);
    let stranger = client_of("nobody", "x").list_tables().send().await.unwrap_err();
    assert_eq!(stranger.code(), Some("UnrecognizedClientException"));
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = client_of(&var("AWS_ACCESS_KEY_ID").unwrap(), &var("AWS_SECRET_ACCESS_KEY").unwrap());
    let patience = Duration::from_secs(60);
    create_table(&client).await?;
    client.wait_until_table_exists().table_name(table()).wait(patience).await.unwrap();
    items(&client).await?;
    pages(&client).await?;
    batches(&client).await?;
    errors(&client).await;
    client.delete_table().table_name(table()).send().await?;
    client.wait_until_table_not_exists().table_name(table()).wait(patience).await.unwrap();
    Ok(())
}
