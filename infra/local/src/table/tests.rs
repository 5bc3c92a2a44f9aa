//! Tests, with the AWS SDK over HTTP, that the engine does what the store relies on, as DynamoDB does.

use std::{collections::HashMap, path::Path, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    types::{
        AttributeValue, ConditionCheck, KeysAndAttributes, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use tokio::net::TcpListener;

use super::Table;
use byoc_vendors::fault::{Fault, How};

use crate::{clock::Clock, testing};

type Item = HashMap<String, AttributeValue>;

async fn start(directory: Option<&Path>) -> (Table, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let table = Table::start("byoc", directory, listener).await.unwrap();
    let client = testing::dynamodb(&table.endpoint());
    (table, client)
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_owned(), s(pk)), ("sk".to_owned(), s(sk))])
}

fn item(pk: &str, sk: &str, more: &[(&str, AttributeValue)]) -> Item {
    let mut item = key(pk, sk);
    item.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    item
}

async fn put(client: &Client, item: Item) {
    client.put_item().table_name("byoc").set_item(Some(item)).send().await.unwrap();
}

async fn get(client: &Client, pk: &str, sk: &str) -> Option<Item> {
    let get = client.get_item().table_name("byoc").set_key(Some(key(pk, sk))).consistent_read(true);
    get.send().await.unwrap().item
}

#[tokio::test]
async fn the_table_is_as_the_template_describes_it() {
    let (_table, client) = start(None).await;
    let table = client.describe_table().table_name("byoc").send().await.unwrap().table.unwrap();
    let index = &table.global_secondary_indexes()[0];
    assert_eq!(index.index_name(), Some("by_installation"));
    assert_eq!(index.projection().unwrap().non_key_attributes().len(), 3);
    assert_eq!(table.billing_mode_summary().unwrap().billing_mode().unwrap().as_str(), "PAY_PER_REQUEST");
    let expiry = client.describe_time_to_live().table_name("byoc").send().await.unwrap();
    let expiry = expiry.time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name(), Some("expires_at"));
    assert_eq!(expiry.time_to_live_status().unwrap().as_str(), "ENABLED");
}

#[tokio::test]
async fn a_conditional_update_returns_the_new_item_or_the_one_in_its_way() {
    let (_table, client) = start(None).await;
    let claim = |attempt: u64| {
        let update = client.update_item().table_name("byoc").set_key(Some(key("I#1#C#c", "M#in#1")));
        update
            .update_expression(
                "SET #state = :claimed, attempt = if_not_exists(attempt, :zero) + :one, created = \
                 if_not_exists(created, :created), links.#name = if_not_exists(links.#name, :zero) REMOVE gone",
            )
            .condition_expression("attribute_not_exists(pk) OR attempt = :attempt")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":claimed", s("claimed"))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":created", n(attempt))
            .expression_attribute_values(":attempt", n(attempt))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    };
    let refused = claim(0).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"), "a path into a map that is missing is refused");
    let links = ("links", AttributeValue::M(HashMap::new()));
    put(&client, item("I#1#C#c", "M#in#1", &[links, ("attempt", n(0)), ("gone", s("x"))])).await;
    let first = claim(0).send().await.unwrap().attributes.unwrap();
    assert_eq!((&first["attempt"], &first["created"], &first["pk"]), (&n(1), &n(0), &s("I#1#C#c")));
    assert!(!first.contains_key("gone"));
    let second = claim(1).send().await.unwrap().attributes.unwrap();
    assert_eq!((&second["attempt"], &second["created"]), (&n(2), &n(0)));
    let refused = claim(1).send().await.unwrap_err().into_service_error();
    assert!(refused.is_conditional_check_failed_exception());
    let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(refused) = refused
    else {
        panic!("another error")
    };
    assert_eq!(refused.item().unwrap()["attempt"], n(2));
}

#[tokio::test]
async fn a_conditional_put_and_delete_return_the_item_in_their_way() {
    let (_table, client) = start(None).await;
    put(&client, item("U#1", "META", &[("owner", s("me"))])).await;
    let again = client.put_item().table_name("byoc").set_item(Some(item("U#1", "META", &[])));
    let again = again.condition_expression("attribute_not_exists(pk)");
    let again = again.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let refused = again.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(refused) = refused else {
        panic!("another error")
    };
    assert_eq!(refused.item().unwrap()["owner"], s("me"));
    let delete = client.delete_item().table_name("byoc").set_key(Some(key("U#1", "META")));
    let delete = delete.condition_expression("#owner = :me").expression_attribute_names("#owner", "owner");
    delete.clone().expression_attribute_values(":me", s("you")).send().await.unwrap_err();
    let deleted = delete.expression_attribute_values(":me", s("me")).return_values(ReturnValue::AllOld).send().await;
    assert_eq!(deleted.unwrap().attributes.unwrap()["owner"], s("me"));
    assert_eq!(get(&client, "U#1", "META").await, None);
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing_and_says_what_was_in_its_way() {
    let (_table, client) = start(None).await;
    let create = |pk: &str, sk: &str| {
        let put = Put::builder().table_name("byoc").set_item(Some(item(pk, sk, &[("v", n(1))])));
        let put = put.condition_expression("attribute_not_exists(pk)");
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let both = |first: &str, second: &str| {
        let write = client.transact_write_items().transact_items(create(first, "LINK"));
        write.transact_items(create(second, "LINK")).send()
    };
    both("a", "b").await.unwrap();
    let refused = both("c", "b").await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        refused,
    ) = refused
    else {
        panic!("another error")
    };
    let reasons = refused.cancellation_reasons();
    assert_eq!(reasons.iter().map(|it| it.code().unwrap()).collect::<Vec<_>>(), ["None", "ConditionalCheckFailed"]);
    assert_eq!(reasons[1].item().unwrap()["v"], n(1));
    assert_eq!(get(&client, "c", "LINK").await, None);

    let check = ConditionCheck::builder().table_name("byoc").set_key(Some(key("a", "LINK")));
    let check = check.condition_expression("v = :one").expression_attribute_values(":one", n(1)).build().unwrap();
    let update = Update::builder().table_name("byoc").set_key(Some(key("b", "LINK")));
    let update = update.update_expression("SET v = v + :one").condition_expression("attribute_exists(pk)");
    let update = update.expression_attribute_values(":one", n(1)).build().unwrap();
    let write = client.transact_write_items().client_request_token("token");
    let write = write.transact_items(TransactWriteItem::builder().condition_check(check).build());
    let write = write.transact_items(TransactWriteItem::builder().update(update).build());
    write.clone().send().await.unwrap();
    write.send().await.unwrap();
    assert_eq!(get(&client, "b", "LINK").await.unwrap()["v"], n(2), "the token makes the second call a repeat");
}

#[tokio::test]
async fn the_index_answers_newest_first_page_by_page_with_the_projected_attributes_only() {
    let (_table, client) = start(None).await;
    for at in 1..=5 {
        let (sk, by_sk) = (format!("M#in#{at}"), format!("{at:020}"));
        let index = [("by_pk", s("I#1#0")), ("by_sk", s(&by_sk)), ("state", s("done")), ("text", s("secret"))];
        put(&client, item("I#1#C#c", &sk, &index)).await;
    }
    put(&client, item("I#1", "META", &[("state", s("active"))])).await;
    let query = || {
        let query = client.query().table_name("byoc").index_name("by_installation").scan_index_forward(false);
        query.key_condition_expression("by_pk = :pk").expression_attribute_values(":pk", s("I#1#0")).limit(2)
    };
    let first = query().send().await.unwrap();
    assert_eq!(first.items()[0]["sk"], s("M#in#5"));
    assert_eq!(first.items()[1]["sk"], s("M#in#4"));
    assert!(!first.items()[0].contains_key("text"));
    assert_eq!(first.items()[0]["state"], s("done"));
    let second = query().set_exclusive_start_key(first.last_evaluated_key).send().await.unwrap();
    assert_eq!(second.items()[0]["sk"], s("M#in#3"));
    let filtered = query().limit(10).filter_expression("#state = :dead").expression_attribute_names("#state", "state");
    let filtered = filtered.expression_attribute_values(":dead", s("dead")).send().await.unwrap();
    assert_eq!((filtered.count(), filtered.scanned_count()), (0, 5));

    let drop = client.update_item().table_name("byoc").set_key(Some(key("I#1#C#c", "M#in#5")));
    drop.update_expression("REMOVE by_pk, by_sk").send().await.unwrap();
    assert_eq!(query().send().await.unwrap().items()[0]["sk"], s("M#in#4"), "the index is sparse");
}

#[tokio::test]
async fn queries_take_prefixes_and_ranges_of_the_sort_key() {
    let (_table, client) = start(None).await;
    for sk in ["LINK", "M#in#1", "M#in#2", "M#out#1"] {
        put(&client, item("p", sk, &[])).await;
    }
    let query = client.query().table_name("byoc").expression_attribute_values(":pk", s("p")).consistent_read(true);
    let prefix = query.clone().key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
    let prefix = prefix.expression_attribute_values(":prefix", s("M#in#")).send().await.unwrap();
    let found: Vec<_> = prefix.items().iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect();
    assert_eq!(found, ["M#in#1", "M#in#2"]);
    let range = query.key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to");
    let range = range.expression_attribute_values(":from", s("M")).expression_attribute_values(":to", s("M#in#1"));
    assert_eq!(range.projection_expression("sk").send().await.unwrap().count(), 1);
}

#[tokio::test]
async fn batches_are_read_and_written() {
    let (_table, client) = start(None).await;
    for pk in ["a", "b"] {
        put(&client, item(pk, "META", &[])).await;
    }
    let keys = ["a", "b", "missing"].map(|pk| key(pk, "META"));
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.to_vec())).consistent_read(true).build().unwrap();
    let found = client.batch_get_item().request_items("byoc", keys).send().await.unwrap();
    assert_eq!(found.responses().unwrap()["byoc"].len(), 2);
    assert!(found.unprocessed_keys().unwrap().is_empty());
}

#[tokio::test]
async fn numbers_lists_and_binaries_survive() {
    let (_table, client) = start(None).await;
    let blob = AttributeValue::B(vec![0, 255, 7].into());
    let list = AttributeValue::L(vec![s("x"), AttributeValue::Bool(true), AttributeValue::Null(true)]);
    let set = AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]);
    put(&client, item("p", "s", &[("blob", blob.clone()), ("list", list), ("set", set), ("empty", s(""))])).await;
    let append = client.update_item().table_name("byoc").set_key(Some(key("p", "s")));
    let append = append.update_expression("SET #list = list_append(#list, :more), tokens = :n ADD hits :one, #set :c");
    let append = append.expression_attribute_names("#list", "list").expression_attribute_names("#set", "set");
    let append = append.expression_attribute_values(":more", AttributeValue::L(vec![s("y")]));
    let append = append.expression_attribute_values(":n", AttributeValue::N("-1.5".to_owned()));
    let append = append.expression_attribute_values(":c", AttributeValue::Ss(vec!["c".to_owned()]));
    append.expression_attribute_values(":one", n(1)).send().await.unwrap();
    let found = get(&client, "p", "s").await.unwrap();
    assert_eq!((&found["blob"], &found["empty"], &found["hits"]), (&blob, &s(""), &n(1)));
    assert_eq!(found["list"].as_l().unwrap()[3], s("y"));
    assert_eq!(found["tokens"].as_n().unwrap(), "-1.5");
    assert_eq!(found["set"].as_ss().unwrap().len(), 3);
}

#[tokio::test]
async fn an_item_larger_than_400_kilobytes_is_refused() {
    let (_table, client) = start(None).await;
    let large = item("p", "s", &[("text", s(&"x".repeat(410_000)))]);
    let refused = client.put_item().table_name("byoc").set_item(Some(large)).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    put(&client, item("p", "s", &[("text", s(&"x".repeat(400_000)))])).await;
}

#[tokio::test]
async fn many_at_once_take_turns() {
    let (_table, client) = start(None).await;
    let claims = (0..16).map(|_| {
        let claim = client.update_item().table_name("byoc").set_key(Some(key("p", "s")));
        let claim = claim.update_expression("SET v = :one").condition_expression("attribute_not_exists(pk)");
        tokio::spawn(claim.expression_attribute_values(":one", n(1)).send())
    });
    let mut won = 0;
    for claim in claims.collect::<Vec<_>>() {
        won += usize::from(claim.await.unwrap().is_ok());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn expired_items_are_swept() {
    let (table, client) = start(None).await;
    let now = Clock::new().now() / 1_000;
    put(&client, item("p", "old", &[("expires_at", n(now - 10))])).await;
    put(&client, item("p", "new", &[("expires_at", n(now + 60))])).await;
    assert!(get(&client, "p", "old").await.is_some(), "as on AWS, it is there until it is swept");
    assert_eq!(table.sweep().unwrap(), 1);
    assert_eq!(get(&client, "p", "old").await, None);
    assert!(get(&client, "p", "new").await.is_some());
}

#[tokio::test]
async fn a_table_in_a_file_survives_being_killed() {
    let directory = tempfile::tempdir().unwrap();
    let (table, client) = start(Some(directory.path())).await;
    for round in 0..20 {
        put(&client, item("p", &format!("{round}"), &[])).await;
    }
    table.kill().await;
    client.list_tables().send().await.unwrap_err();
    let (_table, client) = start(Some(directory.path())).await;
    let query = client.query().table_name("byoc").key_condition_expression("pk = :pk");
    assert_eq!(query.expression_attribute_values(":pk", s("p")).send().await.unwrap().count(), 20);
}

#[tokio::test]
async fn calls_are_counted_and_fail_on_demand_with_and_without_effect() {
    let (table, client) = start(None).await;
    let write = |sk: &str| client.put_item().table_name("byoc").set_item(Some(item("p", sk, &[]))).send();
    table.calls().add(Fault::next(How::Status(500)).at("PutItem").after(1));
    write("1").await.unwrap();
    write("2").await.unwrap_err();
    table.calls().add(Fault::next(How::Reset).at("PutItem").with_effect());
    write("3").await.unwrap_err();
    table.calls().add(Fault::next(How::TooMany(1)));
    assert_eq!(write("4").await.unwrap_err().code(), Some("ThrottlingException"));
    table.calls().add(Fault::next(How::Hang(Duration::from_secs(60))).at("PutItem").with_effect());
    let hanging = tokio::spawn(write("5"));
    table.calls().until_struck(4).await;
    hanging.abort();
    assert_eq!((table.calls().count("PutItem"), table.calls().total()), (5, 5));
    let query = client.query().table_name("byoc").key_condition_expression("pk = :pk");
    let found = query.expression_attribute_values(":pk", s("p")).send().await.unwrap();
    let found: Vec<_> = found.items().iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect();
    assert_eq!(found, ["1", "3", "5"]);
}
