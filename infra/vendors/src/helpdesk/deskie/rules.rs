//! The rules of Deskie, and its words for refusals.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The size of the largest file, in bytes.
const MAX_FILE: usize = 25_000_000;

/// A refusal: the status and Deskie's word for it.
pub(super) struct Refusal(pub(super) StatusCode, pub(super) &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({"error": self.1}))).into_response()
    }
}

pub(super) fn refused(word: &'static str) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, word)
}

pub(super) fn missing(word: &'static str) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, word)
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

/// The fields of a write in any encoding.
pub(super) struct Sent {
    pub(super) fields: Map<String, Value>,
    pub(super) files: Vec<File>,
}

impl Sent {
    /// Reads JSON or a form, whose fields are `wrapper[name]` and `wrapper[attachments][N]`.
    pub(super) async fn read(request: Request, wrapper: &str) -> Result<Self, Refusal> {
        let bad = || refused("bad_request");
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|value| value.starts_with("multipart/form-data")) {
            let body = Bytes::from_request(request, &()).await.map_err(|_| bad())?;
            let mut body: Value = serde_json::from_slice(&body).map_err(|_| bad())?;
            let fields = body.get_mut(wrapper).and_then(Value::as_object_mut).ok_or_else(bad)?;
            return Ok(Self { fields: std::mem::take(fields), files: Vec::new() });
        }
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| bad())?;
        let (mut fields, mut files) = (Map::new(), Vec::new());
        while let Some(field) = form.next_field().await.map_err(|_| bad())? {
            let name = field.name().unwrap_or_default().to_owned();
            let inner = name.strip_prefix(wrapper).and_then(|name| name.strip_prefix('[')).ok_or_else(bad)?.to_owned();
            if inner.starts_with("attachments]") {
                let name = field.file_name().ok_or_else(bad)?.to_owned();
                let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
                let bytes = field.bytes().await.map_err(|_| bad())?.to_vec();
                files.push(File { name, content_type, bytes });
            } else {
                let name = inner.strip_suffix(']').ok_or_else(bad)?.to_owned();
                fields.insert(name, field.text().await.map_err(|_| bad())?.into());
            }
        }
        Ok(Self { fields, files })
    }

    /// Checks that the message has content and that no file is too large.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.text("content").trim().is_empty()
            && self.text("content_html").trim().is_empty()
            && self.files.is_empty()
        {
            return Err(refused("empty_content"));
        }
        let sizes = || self.files.iter().map(|file| file.bytes.len());
        if sizes().any(|size| size > MAX_FILE) || sizes().sum::<usize>() > 2 * MAX_FILE {
            return Err(refused("file_too_large"));
        }
        Ok(())
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.fields.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }
}
