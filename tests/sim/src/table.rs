//! The table: the embedded DynamoDB engine, called in process.

use std::collections::BTreeMap;

use bytes::Bytes;
use dynoxide::Database;
use serde_json::{Value, json};

/// The name of the table.
pub const NAME: &str = "byoc";

/// What the engine is asked to make.
const DESCRIPTION: &str = include_str!("../../../infra/table.json");

/// The table.
pub struct Table {
    database: Database,
    /// When each item was first written, in milliseconds since the start.
    written: BTreeMap<(String, String), u64>,
}

impl Table {
    /// Makes the table as template.yaml defines it.
    ///
    /// # Panics
    /// Panics if the engine refuses the description of the table.
    #[expect(clippy::expect_used, reason = "a simulation without a table is a mistake in this crate")]
    #[expect(clippy::new_without_default, reason = "this opens an engine")]
    pub fn new() -> Self {
        let database = Database::memory().expect("the engine starts");
        let mut table: Value = serde_json::from_str(DESCRIPTION).expect("the description is JSON");
        table["TableName"] = NAME.into();
        let table = serde_json::from_value(table).expect("the description is one");
        database.create_table(table).expect("the engine makes the table");
        Self { database, written: BTreeMap::new() }
    }

    /// Answers a call as the service does: an index shows new items only after a while, and a batch may be read only in
    /// part. Returns the status and the body of the answer.
    pub fn call(&mut self, operation: &str, body: &Bytes, now: u64, lag: u64, leaves_some: bool) -> (u16, Vec<u8>) {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        if operation == "BatchGetItem" && leaves_some {
            return self.read_half(&request);
        }
        let (status, answer) = self.run(operation, body);
        if status != 200 {
            return (status, answer);
        }
        if lag > 0 && operation == "Query" && request.get("IndexName").is_some() {
            let mut found: Value = serde_json::from_slice(&answer).unwrap_or_default();
            if let Some(items) = found["Items"].as_array_mut() {
                items.retain(|item| self.written.get(&key_of(item)).is_none_or(|at| at + lag <= now));
                found["Count"] = items.len().into();
            }
            return (200, found.to_string().into_bytes());
        }
        let put = |item: &Value| item["Put"]["Item"].as_object().map(|_| key_of(&item["Put"]["Item"]));
        let update = |item: &Value| item["Update"]["Key"].as_object().map(|_| key_of(&item["Update"]["Key"]));
        let keys: Vec<(String, String)> = match operation {
            "PutItem" => vec![key_of(&request["Item"])],
            "UpdateItem" => vec![key_of(&request["Key"])],
            "TransactWriteItems" => {
                let items = request["TransactItems"].as_array().into_iter().flatten();
                items.filter_map(|item| put(item).or_else(|| update(item))).collect()
            }
            _ => Vec::new(),
        };
        for key in keys {
            self.written.entry(key).or_insert(now);
        }
        (200, answer)
    }

    /// Reads the first half of a batch of keys, and names the others as not processed.
    fn read_half(&self, request: &Value) -> (u16, Vec<u8>) {
        let (mut now, mut later) = (request.clone(), json!({}));
        for (table, wanted) in request["RequestItems"].as_object().into_iter().flatten() {
            let keys = wanted["Keys"].as_array().cloned().unwrap_or_default();
            let (first, rest) = keys.split_at(keys.len() / 2);
            if first.is_empty() {
                return (
                    200,
                    json!({ "Responses": {}, "UnprocessedKeys": request["RequestItems"] }).to_string().into(),
                );
            }
            now["RequestItems"][table]["Keys"] = first.into();
            later[table] = wanted.clone();
            later[table]["Keys"] = rest.into();
        }
        let (status, answer) = self.run("BatchGetItem", &now.to_string().into());
        let mut answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        answer["UnprocessedKeys"] = later;
        (status, answer.to_string().into_bytes())
    }

    /// Runs one operation. Returns the status and the body of the answer.
    pub fn run(&self, operation: &str, body: &Bytes) -> (u16, Vec<u8>) {
        macro_rules! call {
            ($method:ident) => {
                match serde_json::from_slice(body) {
                    Ok(request) => {
                        self.database.$method(request).map(|answer| serde_json::to_vec(&answer).unwrap_or_default())
                    }
                    Err(error) => return refused(400, "SerializationException", &error.to_string()),
                }
            };
        }
        let answer = match operation {
            "GetItem" => call!(get_item),
            "PutItem" => call!(put_item),
            "UpdateItem" => call!(update_item),
            "DeleteItem" => call!(delete_item),
            "Query" => call!(query),
            "Scan" => call!(scan),
            "BatchGetItem" => call!(batch_get_item),
            "BatchWriteItem" => call!(batch_write_item),
            "TransactWriteItems" => call!(transact_write_items),
            "TransactGetItems" => call!(transact_get_items),
            "DescribeTable" => call!(describe_table),
            _ => return refused(400, "UnknownOperationException", operation),
        };
        answer.map_or_else(|error| (error.status_code(), error.to_json().into_bytes()), |body| (200, body))
    }

    /// Deletes what expired before this time (in seconds since 1970), as the service does within days.
    pub fn sweep(&self, now: u64) {
        let (_, found) = self.run("Scan", &Bytes::from(json!({ "TableName": NAME }).to_string()));
        let found: Value = serde_json::from_slice(&found).unwrap_or_default();
        for item in found["Items"].as_array().into_iter().flatten() {
            let expires = item["expires_at"]["N"].as_str().and_then(|text| text.parse::<u64>().ok());
            if expires.is_some_and(|at| at < now) {
                let delete = json!({ "TableName": NAME, "Key": { "pk": item["pk"], "sk": item["sk"] } });
                self.run("DeleteItem", &Bytes::from(delete.to_string()));
            }
        }
    }
}

fn key_of(item: &Value) -> (String, String) {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    (text("pk"), text("sk"))
}

/// Makes an error as DynamoDB answers it.
pub fn refused(status: u16, code: &str, message: &str) -> (u16, Vec<u8>) {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    (status, json!({ "__type": kind, "message": message }).to_string().into_bytes())
}
