//! The ephemeral resources: values that live for one run and enter neither plan nor state.

pub mod database_credentials;
