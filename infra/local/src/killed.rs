//! Tests that what the queue and the table have acknowledged survives a SIGKILL of their process at any moment.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::net::TcpListener;

use crate::{
    clock::Clock,
    queue::{QueueSettings, Queues},
    table::Table,
    testing,
};

const DIRECTORY: &str = "BYOC_TEST_DIRECTORY";

#[tokio::test]
async fn what_was_acknowledged_survives_a_sigkill() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for lines in [1, 150, 37] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "killed::writes_until_it_is_killed"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let said = output.lines().map(Result::unwrap).filter_map(|line| Some(line.split_once("stored ")?.1.to_owned()));
        acknowledged.extend(said.take(lines));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(acknowledged.len(), 1 + 150 + 37);
    let (queues, table) = open(directory.path()).await;
    let waiting: Vec<_> = queues.peek("q.fifo").into_iter().map(|message| message.body).collect();
    assert!(waiting.len() >= acknowledged.len());
    let mut in_queue = waiting.iter();
    for body in &acknowledged {
        assert!(in_queue.any(|waiting| waiting == body), "{body} is missing or out of order");
    }
    let client = testing::dynamodb(&table.endpoint());
    for body in &acknowledged {
        let get = client.get_item().table_name("byoc").key("pk", AttributeValue::S(body.clone()));
        assert!(get.key("sk", AttributeValue::S("s".to_owned())).send().await.unwrap().item.is_some(), "{body}");
    }
}

#[tokio::test]
#[ignore = "started by the test above as a process of its own"]
async fn writes_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "the parent process names the directory this way")]
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let (queues, table) = open(&directory).await;
    let server = queues.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let (sqs, dynamodb) = (testing::sqs(&server.endpoint()), testing::dynamodb(&table.endpoint()));
    for n in 0.. {
        let body = format!("{}-{n}", std::process::id());
        let put = dynamodb.put_item().table_name("byoc").item("pk", AttributeValue::S(body.clone()));
        put.item("sk", AttributeValue::S("s".to_owned())).send().await.unwrap();
        let send = sqs.send_message().queue_url(server.url("q.fifo")).message_body(&body).message_group_id("g");
        send.message_deduplication_id(&body).send().await.unwrap();
        writeln!(std::io::stdout(), "stored {body}").unwrap();
    }
}

async fn open(directory: &Path) -> (Queues, Table) {
    let queues = Queues::open(vec![QueueSettings::new("q.fifo")], Some(directory), Clock::new()).unwrap();
    let table = Table::start("byoc", Some(directory), TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
    (queues, table)
}
