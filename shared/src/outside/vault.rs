//! The vault that seals secrets by envelope encryption: one data key per blob, bound to its installation.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_sdk_kms::primitives::Blob;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    outside::config::VaultConfig,
    tools::{
        answer::ApiError,
        crypto::{random, sha256},
        secret::Secrets,
    },
};

/// The secrets of an installation.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Sealed {
    /// The channel's credentials.
    pub channel: Secrets,
    /// The helpdesk's credentials.
    pub helpdesk: Secrets,
    /// The tokens of the generated URLs, under the keys `channel`, `helpdesk` and `settings`.
    pub tokens: Secrets,
}

/// Seals and opens secrets.
#[derive(Debug)]
pub struct Vault {
    keys: Keys,
    opened: Mutex<HashMap<[u8; 32], Arc<Sealed>>>,
}

#[derive(Debug)]
enum Keys {
    Kms { client: aws_sdk_kms::Client, key_id: String },
    Local(LocalKey),
}

struct LocalKey([u8; 32]);

impl std::fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

/// The error of sealing or opening secrets.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The key service did not answer, or refused.
    #[error("the key service failed: {0}")]
    Keys(String),
    /// The blob is damaged, or was sealed for another installation or with another key.
    #[error("the sealed secrets cannot be opened")]
    Unreadable,
    /// The local key file is missing, or does not hold 32 bytes.
    #[error("the key file {0} should hold 32 raw bytes")]
    KeyFile(String),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] crate::tools::crypto::RandomError),
}

/// The maximum number of opened blobs in the cache. A full cache is emptied.
const CACHE_LIMIT: usize = 1_000;
const VERSION: u8 = 1;

impl Vault {
    /// Opens the vault. The first call to the key service is made with the first blob.
    ///
    /// # Errors
    /// Returns [`VaultError::KeyFile`] if the local key file cannot be read.
    pub fn new(config: &VaultConfig, aws: &crate::outside::aws::Aws) -> Result<Self, VaultError> {
        let keys = match config {
            VaultConfig::Kms(key_id) => Keys::Kms { client: aws.kms(), key_id: key_id.clone() },
            VaultConfig::Local(file) => {
                let bytes = std::fs::read(file).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                Keys::Local(LocalKey(bytes.ok_or_else(|| VaultError::KeyFile(file.display().to_string()))?))
            }
        };
        Ok(Self { keys, opened: Mutex::default() })
    }

    /// Seals the secrets of one installation.
    ///
    /// # Errors
    /// Returns [`VaultError::Keys`] if the key service fails.
    pub async fn seal(&self, installation: &str, secrets: &Sealed) -> Result<Vec<u8>, VaultError> {
        self.seal_bytes(installation, serde_json::to_vec(secrets).map_err(|_| VaultError::Unreadable)?).await
    }

    /// Seals bytes of one installation.
    ///
    /// # Errors
    /// Returns [`VaultError::Keys`] if the key service fails.
    pub async fn seal_bytes(&self, installation: &str, plain: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let (key, wrapped) = self.new_data_key(installation).await?;
        let length = u16::try_from(wrapped.len()).map_err(|_| VaultError::Unreadable)?;
        let mut blob = vec![VERSION];
        blob.extend_from_slice(&length.to_be_bytes());
        blob.extend_from_slice(&wrapped);
        blob.extend_from_slice(&encrypt(&key, installation, plain)?);
        Ok(blob)
    }

    /// Opens a blob that [`seal`](Self::seal) made for the same installation. A blob that was opened before takes no
    /// call.
    ///
    /// # Errors
    /// Returns [`VaultError::Keys`] if the key service fails, and [`VaultError::Unreadable`] if the blob cannot be
    /// opened.
    pub async fn open(&self, installation: &str, blob: &[u8]) -> Result<Arc<Sealed>, VaultError> {
        let fingerprint = sha256(blob);
        if let Some(opened) = self.cache().get(&fingerprint) {
            return Ok(opened.clone());
        }
        let plain = self.open_bytes(installation, blob).await?;
        let opened: Arc<Sealed> = Arc::new(serde_json::from_slice(&plain).map_err(|_| VaultError::Unreadable)?);
        let mut cache = self.cache();
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        cache.insert(fingerprint, opened.clone());
        Ok(opened)
    }

    /// Opens bytes that [`seal_bytes`](Self::seal_bytes) sealed for the same installation.
    ///
    /// # Errors
    /// Returns [`VaultError::Keys`] if the key service fails, and [`VaultError::Unreadable`] if the bytes cannot be
    /// opened.
    pub async fn open_bytes(&self, installation: &str, blob: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (wrapped, sealed) = unpack(blob).ok_or(VaultError::Unreadable)?;
        let key = self.open_data_key(installation, wrapped).await?;
        decrypt(&key, installation, sealed)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Arc<Sealed>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn new_data_key(&self, installation: &str) -> Result<(Vec<u8>, Vec<u8>), VaultError> {
        match &self.keys {
            Keys::Kms { client, key_id } => {
                let answer = client
                    .generate_data_key()
                    .key_id(key_id)
                    .key_spec(aws_sdk_kms::types::DataKeySpec::Aes256)
                    .encryption_context("installation", installation)
                    .send()
                    .await
                    .map_err(|error| VaultError::Keys(crate::outside::aws::reason(&error)))?;
                match (answer.plaintext, answer.ciphertext_blob) {
                    (Some(plain), Some(wrapped)) => Ok((plain.into_inner(), wrapped.into_inner())),
                    _ => Err(VaultError::Keys("the answer holds no key".into())),
                }
            }
            Keys::Local(LocalKey(key)) => {
                let data_key = random::<32>()?.to_vec();
                let wrapped = encrypt(key, installation, data_key.clone())?;
                Ok((data_key, wrapped))
            }
        }
    }

    async fn open_data_key(&self, installation: &str, wrapped: &[u8]) -> Result<Vec<u8>, VaultError> {
        match &self.keys {
            Keys::Kms { client, key_id } => {
                let answer = client
                    .decrypt()
                    .key_id(key_id)
                    .ciphertext_blob(Blob::new(wrapped))
                    .encryption_context("installation", installation)
                    .send()
                    .await
                    .map_err(|error| VaultError::Keys(crate::outside::aws::reason(&error)))?;
                answer.plaintext.map(Blob::into_inner).ok_or(VaultError::Unreadable)
            }
            Keys::Local(LocalKey(key)) => decrypt(key, installation, wrapped),
        }
    }
}

/// Splits a blob into the wrapped data key and the sealed text.
fn unpack(blob: &[u8]) -> Option<(&[u8], &[u8])> {
    let (version, rest) = blob.split_first()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    (*version == VERSION).then(|| rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))).flatten()
}

fn encrypt(key: &[u8], installation: &str, mut text: Vec<u8>) -> Result<Vec<u8>, VaultError> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Unreadable)?);
    let nonce = random::<NONCE_LEN>()?;
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(installation.as_bytes()), &mut text)
        .map_err(|_| VaultError::Unreadable)?;
    let mut sealed = nonce.to_vec();
    sealed.append(&mut text);
    Ok(sealed)
}

fn decrypt(key: &[u8], installation: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Unreadable)?);
    let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Unreadable)?;
    let mut text = text.to_vec();
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(installation.as_bytes()), &mut text)
        .map_err(|_| VaultError::Unreadable)?
        .len();
    text.truncate(length);
    Ok(text)
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        Self::our_failure(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::secret::Secret;

    fn vault() -> Vault {
        Vault { keys: Keys::Local(LocalKey([7; 32])), opened: Mutex::default() }
    }

    fn secrets() -> Sealed {
        Sealed { channel: [("auth_token".to_owned(), Secret::new("x".repeat(9_000)))].into(), ..Sealed::default() }
    }

    #[tokio::test]
    async fn what_was_sealed_opens_again() {
        let blob = vault().seal("i1", &secrets()).await.unwrap();
        assert_eq!(*vault().open("i1", &blob).await.unwrap(), secrets());
    }

    #[tokio::test]
    async fn another_installation_or_a_changed_byte_opens_nothing() {
        let blob = vault().seal("i1", &secrets()).await.unwrap();
        assert!(vault().open("i2", &blob).await.is_err());
        for position in 0..80 {
            let mut changed = blob.clone();
            changed[position] ^= 1;
            assert!(vault().open("i1", &changed).await.is_err(), "byte {position}");
        }
        for length in 0..80 {
            assert!(vault().open("i1", &blob[..length]).await.is_err(), "length {length}");
        }
    }
}
