//! Hashes of what is kept.

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A short hash that tells versions of a scenario or rubric apart.
pub fn fingerprint(value: &impl serde::Serialize) -> String {
    hash(&serde_json::to_vec(value).unwrap_or_default())[..16].to_owned()
}
