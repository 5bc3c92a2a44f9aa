//! Tests of the calls that a message costs.

use byoc_tests::{Rig, every_channel};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_the_steady_state_costs_what_it_should() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        for text in ["first", "second"] {
            rig.customer_says(text).await;
        }
        rig.exactly_at_helpdesk(2).await;
        let (table, queue) = (rig.bridge.table.calls(), rig.bridge.queues.queues().calls());
        table.reset();
        queue.reset();
        rig.customer_says("third").await;
        rig.exactly_at_helpdesk(3).await;
        assert_eq!(queue.count("SendMessage"), 1, "{channel} {helpdesk}: {:?}", queue.counts());
        let limited = byoc::helpdesk::helpdesk(helpdesk).unwrap().features().rate.is_some();
        assert!(table.total() <= if limited { 4 } else { 3 }, "{channel} {helpdesk}: {:?}", table.counts());
        let journal = rig.journal().await;
        let path =
            format!("/installations/{}/messages/{}", rig.bridge.installation_id(), journal[0]["id"].as_str().unwrap());
        let (_, message) = rig.bridge.admin("GET", &path, None).await.unwrap();
        assert_eq!(message["calls"].as_array().unwrap().len(), 1, "{channel} {helpdesk}: {message}");
    })
    .await;
}
