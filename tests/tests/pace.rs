//! How several processes share a helpdesk's rate.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use byoc::relay::pace::Pace;
use byoc_tests::store;

/// No stretch of a second holds more than 20.
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
    let rate = Some((20, Duration::from_secs(1)));
    let mut taken = Vec::new();
    let mut takers = tokio::task::JoinSet::new();
    for process in 0..3 {
        let pace = Arc::new(Pace::new());
        for _ in 0..20 {
            let (pace, store) = (pace.clone(), kept.store.clone());
            takers.spawn(async move {
                let name = format!("m{process}");
                let began = Instant::now();
                let wait = pace.turns(&store, ("i", "helpdesk"), rate, (&name, 1)).take().await.unwrap();
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
    // Another installation has turns of its own, and without a rate every turn is free.
    let pace = Pace::new();
    assert_eq!(pace.turns(&kept.store, ("j", "helpdesk"), rate, ("m", 1)).take().await.unwrap(), None);
    for _ in 0..100 {
        assert_eq!(pace.turns(&kept.store, ("i", "helpdesk"), None, ("m", 1)).take().await.unwrap(), None);
    }
}
