//! Tests of how several processes share a helpdesk's rate limit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use byoc::{
    model::{features::Rate, installation::Side},
    relay::pace::{Pace, Paced},
};
use byoc_tests::store;

/// Returns the pacing of a message for the helpdesk of an installation.
fn paced<'a>(installation: &'a str, rate: Option<Rate>, message: &'a str) -> Paced<'a> {
    Paced { installation, side: Side::Helpdesk, rate, message, receive_count: 1 }
}

/// Checks that no stretch of one second contains more than 20 calls.
fn within_the_rate(times: &mut [Instant]) {
    times.sort();
    for pair in times.windows(21) {
        let apart = pair[20].duration_since(pair[0]);
        assert!(apart >= Duration::from_secs(1), "21 within {apart:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_share_one_rate_and_give_up_after_two_seconds() {
    let kept = store().await;
    let rate = Some(Rate { calls: 20, period: Duration::from_secs(1) });
    let mut taken = Vec::new();
    let mut takers = tokio::task::JoinSet::new();
    for process in 0..3 {
        let pace = Arc::new(Pace::new());
        for _ in 0..20 {
            let (pace, store) = (pace.clone(), kept.store.clone());
            takers.spawn(async move {
                let name = format!("m{process}");
                let began = Instant::now();
                let wait = pace.permits(&store, paced("i", rate, &name)).take().await.unwrap();
                assert!(began.elapsed() < Duration::from_millis(3_500), "{:?}", began.elapsed());
                (wait, Instant::now())
            });
        }
    }
    let mut given_back = 0;
    for (wait, at) in takers.join_all().await {
        match wait {
            None => taken.push(at),
            Some(wait) => {
                assert!((1..=30).contains(&wait.as_secs()) && wait.subsec_nanos() == 0, "{wait:?}");
                given_back += 1;
            }
        }
    }
    within_the_rate(&mut taken);
    assert!(taken.len() >= 20 && given_back > 0, "{} taken, {given_back} given back", taken.len());
    // Another installation has permits of its own, and without a rate limit every permit is free.
    let pace = Pace::new();
    assert_eq!(pace.permits(&kept.store, paced("j", rate, "m")).take().await.unwrap(), None);
    for _ in 0..100 {
        assert_eq!(pace.permits(&kept.store, paced("i", None, "m")).take().await.unwrap(), None);
    }
}
