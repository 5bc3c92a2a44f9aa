//! The seam through which a seeded simulation stands in for everything outside: clock, randomness, AWS and vendors.
//!
//! Only the crate byoc-sim enables the feature `simulation`. Without a world on the thread, everything works as usual.

use std::{cell::RefCell, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};

use crate::tools::millis::Millis;

/// The error of a call that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The request was not sent.
    NoConnection,
    /// The connection broke after the request was sent.
    Lost,
}

/// A call's answer, or the reason why there is none.
pub type Reply = BoxFuture<'static, Result<Response<Bytes>, Broken>>;

/// Everything outside, as a simulation plays it.
pub trait World: Send + Sync {
    /// Returns the time on the clock of the process that runs.
    fn now(&self) -> Millis;
    /// Fills the buffer with random bytes.
    fn fill(&self, bytes: &mut [u8]);
    /// Answers a call to a service of AWS.
    fn aws(&self, request: Request<Bytes>) -> Reply;
    /// Answers a call to a vendor.
    fn vendor(&self, request: Request<Bytes>) -> Reply;
}

thread_local! {
    static WORLD: RefCell<Option<Arc<dyn World>>> = const { RefCell::new(None) };
}

/// Sets or removes the world of this thread.
pub fn enter(world: Option<Arc<dyn World>>) {
    WORLD.with_borrow_mut(|current| *current = world);
}

/// Returns the world of this thread, if a simulation runs on it.
pub(crate) fn world() -> Option<Arc<dyn World>> {
    WORLD.with_borrow(Clone::clone)
}
