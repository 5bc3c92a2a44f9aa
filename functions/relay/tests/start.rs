//! What a function says that cannot start.

use std::process::Command;

#[test]
fn a_missing_variable_is_named() {
    let aws = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "key"), ("AWS_REGION", "us-east-1")];
    let ended = Command::new(env!("CARGO_BIN_EXE_relay")).env_clear().envs(aws).output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(!ended.status.success());
    assert!(
        said.contains("environment variable TABLE_NAME is missing") && said.contains("the function stops"),
        "{said}"
    );
}
