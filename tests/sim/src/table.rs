//! The table: the embedded DynamoDB engine, called in process.

use bytes::Bytes;
use dynoxide::Database;
use serde_json::{Value, json};

/// The name of the table.
pub const NAME: &str = "byoc";

/// The table.
pub struct Table(Database);

impl Table {
    /// Makes the table as template.yaml defines it.
    ///
    /// # Panics
    /// Panics if the engine refuses the description of the table.
    #[expect(clippy::expect_used, reason = "a simulation without a table is a mistake in this crate")]
    #[expect(clippy::new_without_default, reason = "this opens an engine")]
    pub fn new() -> Self {
        let database = Database::memory().expect("the engine starts");
        let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
        let key = |hash: &str, range: &str| json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }]);
        let table = json!({
            "TableName": NAME,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [attribute("pk"), attribute("sk"), attribute("by_pk"), attribute("by_sk")],
            "KeySchema": key("pk", "sk"),
            "GlobalSecondaryIndexes": [{
                "IndexName": "by_installation",
                "KeySchema": key("by_pk", "by_sk"),
                "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["state", "direction", "at"] },
            }],
        });
        let table = serde_json::from_value(table).expect("the description is one");
        database.create_table(table).expect("the engine makes the table");
        Self(database)
    }

    /// Runs one operation. Returns the status and the body of the answer.
    pub fn run(&self, operation: &str, body: &Bytes) -> (u16, Vec<u8>) {
        macro_rules! call {
            ($method:ident) => {
                match serde_json::from_slice(body) {
                    Ok(request) => {
                        self.0.$method(request).map(|answer| serde_json::to_vec(&answer).unwrap_or_default())
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

/// Makes an error as DynamoDB answers it.
pub fn refused(status: u16, code: &str, message: &str) -> (u16, Vec<u8>) {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    (status, json!({ "__type": kind, "message": message }).to_string().into_bytes())
}
