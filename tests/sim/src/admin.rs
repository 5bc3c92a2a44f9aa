//! The admin, who changes, rotates, redrives, discards and uninstalls at random, and who reads what the bridge kept.

use std::{collections::BTreeSet, rc::Rc, time::Duration};

use futures_util::future::LocalBoxFuture;
use http::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    bridge::Bridge,
    checks::{self, Kept},
    vendors,
    world::{State, log, with},
};

/// Acts as an admin does during a bad day.
pub async fn live(bridge: Rc<Bridge>, tenants: usize) {
    for _ in 0..12 {
        let (pause, tenant, dice) =
            with(|state| (state.rng.u64(20_000..1_500_000), state.rng.usize(..tenants), state.rng.u32(..40)));
        sleep(Duration::from_millis(pause)).await;
        match dice {
            0..8 => change(&bridge, tenant).await,
            8..16 => rotate(&bridge, tenant).await,
            16..22 => {
                call(&bridge, tenant, Method::POST, "/retry", &Value::Null).await;
            }
            22..34 => redrive(&bridge, tenant).await,
            34..38 => discard(&bridge, tenant).await,
            38 => {
                call(&bridge, tenant, Method::POST, "/check", &Value::Null).await;
            }
            _ => uninstall(&bridge, tenant).await,
        }
    }
}

fn installation(tenant: usize) -> String {
    with(|state| state.tenants.get(tenant).map(|us| us.installation.clone())).unwrap_or_default()
}

async fn call(bridge: &Bridge, tenant: usize, method: Method, route: &str, body: &Value) -> (u16, Value) {
    let path = format!("/installations/{}{route}", installation(tenant));
    // Without the box, the types of these futures become too deep for the compiler.
    let answer: LocalBoxFuture<'_, (u16, Value)> = Box::pin(bridge.admin(method.clone(), &path, body));
    let (status, answer) = answer.await;
    log(|| format!("admin of {tenant}: {method} {route} {status}"));
    (status, answer)
}

async fn change(bridge: &Bridge, tenant: usize) {
    let on = with(|state| state.rng.bool());
    call(bridge, tenant, Method::PATCH, "", &json!({ "settings": { "agent_name": on } })).await;
}

/// Makes new URLs and pastes them. The old ones stay valid for a day.
async fn rotate(bridge: &Bridge, tenant: usize) {
    let (status, view) = call(bridge, tenant, Method::POST, "/rotate", &Value::Null).await;
    let Some(url) = view["helpdesk_webhook_url"].as_str().filter(|_| status == 200) else { return };
    with(|state| {
        if let Some(us) = state.tenants.get_mut(tenant) {
            us.helpdesk_hook = url.to_owned();
        }
    });
}

/// Reads the dead messages of a tenant: those that are whole, and those that are damaged.
async fn dead(bridge: &Bridge, tenant: usize) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut whole, mut damaged, mut after) = (BTreeSet::new(), BTreeSet::new(), String::new());
    for _ in 0..100 {
        let (_, page) = call(bridge, tenant, Method::GET, &format!("/dead-letters{after}"), &Value::Null).await;
        for letter in page["messages"].as_array().into_iter().flatten() {
            let id = letter["id"].as_str().unwrap_or_default().to_owned();
            if letter["damaged"] == true {
                damaged.insert(id)
            } else {
                whole.insert(id)
            };
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("?after={next}");
    }
    (whole, damaged)
}

/// Applies a change to everything that was said and is among these ids.
fn mark(state: &mut State, ids: &BTreeSet<String>, change: impl Fn(&mut checks::Saying)) {
    let sayings = state.checks.sayings.values_mut();
    for saying in sayings.filter(|it| !it.event.is_empty() && ids.iter().any(|id| checks::is_of(id, &it.event))) {
        change(saying);
    }
}

/// Sends some of a tenant's dead again, each by its id.
async fn redrive(bridge: &Bridge, tenant: usize) {
    let (whole, _) = dead(bridge, tenant).await;
    for id in whole.into_iter().filter(|_| with(|state| state.rng.bool())) {
        with(|state| mark(state, &BTreeSet::from([id.clone()]), |saying| saying.redriven += 1));
        call(bridge, tenant, Method::POST, "/redrive", &json!({ "message": id })).await;
    }
}

/// Sends all dead messages again, which are these.
pub async fn redrive_all(bridge: &Bridge, tenants: usize, dead: &BTreeSet<String>) {
    if dead.is_empty() {
        return;
    }
    with(|state| mark(state, dead, |saying| saying.redriven += 1));
    for tenant in (0..tenants).filter(|tenant| !vendors::is_gone(*tenant)) {
        for _ in 0..20 {
            let (_, report) = call(bridge, tenant, Method::POST, "/redrive", &json!({})).await;
            if report["more"] != true {
                break;
            }
        }
    }
}

async fn discard(bridge: &Bridge, tenant: usize) {
    let (whole, _) = dead(bridge, tenant).await;
    let chosen: BTreeSet<String> = whole.into_iter().filter(|_| with(|state| state.rng.bool())).collect();
    for id in chosen {
        with(|state| mark(state, &BTreeSet::from([id.clone()]), |saying| saying.ended = true));
        let body = json!({ "message": id, "reason": "the customer called" });
        call(bridge, tenant, Method::POST, "/discard", &body).await;
    }
}

async fn uninstall(bridge: &Bridge, tenant: usize) {
    with(|state| {
        state.strike("an installation was removed");
        for ((lane, _), saying) in &mut state.checks.sayings {
            saying.ended |= lane.tenant == tenant;
        }
        if let Some(us) = state.tenants.get_mut(tenant) {
            us.is_gone = true;
        }
    });
    call(bridge, tenant, Method::DELETE, "", &Value::Null).await;
}

/// Reads everything that the bridge keeps: what is in the queues, and what is dead.
pub async fn kept(bridge: &Bridge, tenants: usize) -> Kept {
    let mut kept = Kept::default();
    for tenant in 0..tenants {
        let (whole, damaged) = dead(bridge, tenant).await;
        kept.dead.extend(whole);
        kept.damaged.extend(damaged);
    }
    kept.waiting = with(|state| {
        let all = state.queues.main.messages.iter().chain(&state.queues.dead.messages);
        all.map(|message| message.body.clone()).collect()
    });
    kept
}

/// Checks, when no fault is left, that no message is claimed and no brake is closed, and the marks of the others.
pub async fn check_states(bridge: &Bridge, tenants: usize) {
    for tenant in (0..tenants).filter(|tenant| !vendors::is_gone(*tenant)) {
        let (_, list) = call(bridge, tenant, Method::GET, "/messages", &Value::Null).await;
        for message in list["messages"].as_array().into_iter().flatten() {
            let id = message["id"].as_str().unwrap_or_default();
            let state = message["state"].as_str().unwrap_or_default();
            let event = id.rsplit('.').next().and_then(|event| hex::decode(event).ok()).unwrap_or_default();
            log(|| format!("{state} {}", String::from_utf8_lossy(&event)));
            if state == "done" {
                let is_marked = message["possibly_doubled"] == true;
                with(|world| world.checks.mark(id, is_marked));
            } else if !["dead", "rejected", "discarded"].contains(&state) {
                with(|world| world.checks.violated("liveness", format!("{id} is {state}")));
            }
        }
        let (_, view) = call(bridge, tenant, Method::POST, "/check", &Value::Null).await;
        for finding in view["findings"].as_array().into_iter().flatten() {
            if finding["code"].as_str().is_some_and(|code| code.contains("brake")) {
                with(|world| world.checks.violated("liveness", format!("{finding}")));
            }
        }
    }
}
