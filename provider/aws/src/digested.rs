//! A content that a spec holds and nobody needs to read there: plans and state show its digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// A content as it is wanted, or the digest of one as it was seen. Both are equal where their digests are.
#[derive(Clone)]
pub struct Digested {
    digest: String,
    content: Option<Arc<[u8]>>,
}

impl Digested {
    /// A content that is wanted.
    #[must_use]
    pub fn of(content: impl Into<Arc<[u8]>>) -> Self {
        let content = content.into();
        Self { digest: STANDARD.encode(Sha256::digest(&content)), content: Some(content) }
    }

    /// A content that was seen, by its digest: base64 of its SHA-256, as Lambda has it.
    #[must_use]
    pub fn seen(digest: String) -> Self {
        Self { digest, content: None }
    }

    /// Whether a text is such a digest.
    #[must_use]
    pub fn is_digest(text: &str) -> bool {
        STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == Sha256::output_size())
    }

    /// Base64 of the content's SHA-256.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The content; empty where only its digest was seen, which is never what is wanted.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.content.as_deref().unwrap_or_default()
    }
}

impl PartialEq for Digested {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Digested {}

impl fmt::Debug for Digested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digest)
    }
}

impl Serialize for Digested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digest.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Digested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_stands_for_its_content() {
        let wanted = Digested::of(*b"hello");
        assert_eq!(wanted.digest(), "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
        let shown = serde_json::to_value(&wanted).unwrap();
        let seen: Digested = serde_json::from_value(shown).unwrap();
        assert_eq!(seen, wanted);
        assert_eq!((wanted.content(), seen.content()), (&b"hello"[..], &b""[..]));
        assert_ne!(wanted, Digested::of(*b"hello!"));
        assert!(Digested::is_digest(wanted.digest()));
        assert!(
            ["", "hello", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"]
                .iter()
                .all(|text| !Digested::is_digest(text))
        );
    }
}
