//! Shared pieces of the simulators' tests.

use axum::Router;

/// Serves a router while the test runs. Returns the base of its URLs, without a slash at the end.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}
