//! What a function says that cannot start, and what must not slow its start down.

use std::{fs, process::Command};

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

/// The variable in `.cargo/config.toml` may change its name with the next version of the library; its effect may not.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "release binaries have no names in them")]
fn the_first_random_number_does_not_wait_for_the_jitter_of_the_cpu() {
    let binary = fs::read(env!("CARGO_BIN_EXE_relay")).unwrap();
    let names = String::from_utf8_lossy(&binary);
    assert!(names.contains("RAND_bytes"), "the library's functions have other names now; look for their new ones");
    assert!(!names.contains("jent_"), "aws-lc was built with its jitter entropy; see .cargo/config.toml");
}
