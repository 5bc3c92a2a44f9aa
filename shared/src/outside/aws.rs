//! The clients of the AWS services, which use the same HTTP library as the client for vendors.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::{ConnectorError, SdkError},
    },
    http::HttpError,
};
use aws_smithy_types::{body::SdkBody, error::metadata::ProvideErrorMetadata, retry::RetryConfig};

use http_body_util::BodyExt;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};

use crate::outside::config::Environment;

/// Makes the clients of AWS services.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    dynamodb: Option<String>,
    sqs: Option<String>,
    kms: Option<String>,
}

/// The time limits of calls to AWS.
#[derive(Clone, Copy, Debug)]
pub enum Timeouts {
    /// For webhook functions, where a platform waits for our acknowledgement (LINE for 2 s): 0.8 s per attempt, 1.6 s
    /// in total, two attempts.
    Webhook,
    /// For functions that nobody waits for: 3 s per attempt, 8 s in total, three attempts.
    Background,
}

impl Aws {
    /// Reads region, credentials and endpoints from the environment, where Lambda puts them. If region or credentials
    /// are missing, the default chain of the AWS SDK looks for them.
    pub async fn from_environment(environment: &Environment, timeouts: Timeouts) -> Self {
        let http = http_client();
        let base =
            if let (Some((id, secret, token)), Some(region)) = (environment.aws_credentials(), environment.region()) {
                // The default chain would read files and make clients that a function never uses.
                let credentials = Credentials::new(id, secret, token.map(str::to_owned), None, "environment");
                SdkConfig::builder()
                    .behavior_version(BehaviorVersion::latest())
                    .region(Region::new(region.to_owned()))
                    .credentials_provider(SharedCredentialsProvider::new(credentials))
                    .build()
            } else {
                aws_config::defaults(BehaviorVersion::latest()).http_client(http.clone()).load().await
            };
        Self {
            config: with_client_and_timeouts(base, http, timeouts),
            dynamodb: environment.aws_endpoint("DYNAMODB").map(str::to_owned),
            sqs: environment.aws_endpoint("SQS").map(str::to_owned),
            kms: environment.aws_endpoint("KMS").map(str::to_owned),
        }
    }

    /// Makes the DynamoDB client.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        config.set_endpoint_url(self.dynamodb.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// Makes the SQS client.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let mut config = aws_sdk_sqs::config::Builder::from(&self.config);
        config.set_endpoint_url(self.sqs.clone());
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// Makes the KMS client.
    pub fn kms(&self) -> aws_sdk_kms::Client {
        let mut config = aws_sdk_kms::config::Builder::from(&self.config);
        config.set_endpoint_url(self.kms.clone());
        aws_sdk_kms::Client::from_conf(config.build())
    }
}

/// Returns why a call to AWS failed. The error's own text would include the whole answer with headers and body: a row
/// of the table, or a data key.
pub fn reason<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "it took too long".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no connection in time".to_owned(),
        SdkError::DispatchFailure(_) => "the connection broke".to_owned(),
        SdkError::ResponseError(_) => "the answer could not be read".to_owned(),
        SdkError::ServiceError(refusal) => {
            let (code, message) = (refusal.err().code(), refusal.err().message());
            format!("{}: {}", code.unwrap_or("refused"), message.unwrap_or("no reason given"))
        }
        _ => "the call could not be made".to_owned(),
    }
}

fn with_client_and_timeouts(base: SdkConfig, http: SharedHttpClient, timeouts: Timeouts) -> SdkConfig {
    let (attempt, operation, attempts) = match timeouts {
        Timeouts::Webhook => (800, 1_600, 2),
        Timeouts::Background => (3_000, 8_000, 3),
    };
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(Duration::from_millis(attempt))
        .operation_timeout(Duration::from_millis(operation))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(attempts)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(400));
    base.into_builder()
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(retries)
        .stalled_stream_protection(aws_config::stalled_stream_protection::StalledStreamProtectionConfig::disabled())
        .build()
}

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// Makes the HTTP client of the SDKs, with one connection pool for all services. It is the library under the client for
/// vendors, without the features that only vendors need (redirects, cookies, URLs of all forms).
fn http_client() -> SharedHttpClient {
    let mut tcp = hyper_util::client::legacy::connect::HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let tls = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(crate::outside::http::tls());
    let https = tls.https_or_http().enable_http1().wrap_connector(tcp);
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(https);
    let connector = SharedHttpConnector::new(Connector(client));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Clone, Debug)]
struct Connector(Client<HttpsConnector<hyper_util::client::legacy::connect::HttpConnector>, SdkBody>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            #[cfg(feature = "simulation")]
            if let Some(world) = crate::tools::simulation::world() {
                return simulated(&*world, request).await;
            }
            let (parts, body) = client.request(request).await.map_err(connector_error)?.into_parts();
            let body = body.collect().await.map_err(|error| ConnectorError::io(error.into()))?.to_bytes();
            let answer = http::Response::from_parts(parts, SdkBody::from(body));
            answer.try_into().map_err(|error: HttpError| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets a simulation answer a call to AWS.
#[cfg(feature = "simulation")]
async fn simulated(
    world: &dyn crate::tools::simulation::World,
    request: http::Request<SdkBody>,
) -> Result<aws_smithy_runtime_api::client::orchestrator::HttpResponse, ConnectorError> {
    use crate::tools::simulation::Broken;
    let request = request.map(|body| bytes::Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
    let answer = world.aws(request).await.map_err(|broken| match broken {
        Broken::NoConnection => ConnectorError::timeout("no connection".into()),
        Broken::Lost => ConnectorError::io("the connection broke".into()),
    })?;
    answer.map(SdkBody::from).try_into().map_err(|error: HttpError| ConnectorError::other(error.into(), None))
}

fn connector_error(error: hyper_util::client::legacy::Error) -> ConnectorError {
    if error.is_connect() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::error::ErrorMetadata;

    #[derive(Debug)]
    struct Refusal(ErrorMetadata);

    impl ProvideErrorMetadata for Refusal {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    #[test]
    fn the_reason_of_a_failure_holds_no_answer() {
        let refusal = Refusal(ErrorMetadata::builder().code("Throttled").message("slower").build());
        assert_eq!(reason(&SdkError::service_error(refusal, "a text of the customer")), "Throttled: slower");
        let unread: SdkError<Refusal, &str> = SdkError::response_error("a text of the customer", "a data key");
        assert_eq!(reason(&unread), "the answer could not be read");
    }
}
