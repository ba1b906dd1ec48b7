//! What the provider remembers of a composite between runs: the ledger, in Terraform's private state.

use composite::Ledger;
use serde::{Deserialize, Serialize};
use tfplugin::Diagnostic;

/// The private state. Its form has a number, so that a later provider can read an older one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Memory {
    form: u32,
    /// Ids, what was last seen, and half-made children.
    pub ledger: Ledger,
}

const FORM: u32 = 1;

impl Default for Memory {
    fn default() -> Self {
        Self::of(Ledger::default())
    }
}

impl Memory {
    /// Of a ledger.
    pub fn of(ledger: Ledger) -> Self {
        Self { form: FORM, ledger }
    }

    /// Reads private state; none yet is an empty ledger.
    ///
    /// # Errors
    /// It was written by a newer provider, or by none.
    pub fn read(private: &[u8]) -> Result<Self, Diagnostic> {
        if private.is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice::<Self>(private) {
            Ok(memory) if memory.form == FORM => Ok(memory),
            Ok(memory) => {
                Err(unreadable(&format!("it has form {}, this provider knows {FORM}", memory.form)))
            }
            Err(error) => Err(unreadable(&error.to_string())),
        }
    }

    /// As bytes for Terraform.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a ledger is plain data")
    }
}

fn unreadable(why: &str) -> Diagnostic {
    Diagnostic::error(
        "The private state can't be read",
        format!(
            "The state was written by another version of the provider ({why}). Use the version that wrote it, or a newer one."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_survives_and_other_forms_are_refused() {
        let memory = Memory::of(Ledger::default());
        assert_eq!(Memory::read(&memory.write()).unwrap().ledger, memory.ledger);
        assert_eq!(Memory::read(&[]).unwrap().ledger, Ledger::default());
        let newer = br#"{"form":2,"ledger":{"live":[],"dead":[]}}"#;
        assert!(Memory::read(newer).unwrap_err().to_string().contains("form 2"));
        assert!(Memory::read(b"x").is_err());
    }
}
