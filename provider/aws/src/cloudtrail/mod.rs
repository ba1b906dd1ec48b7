//! CloudTrail: who wrote which object.

mod selectors;
mod tagging;
mod trail;

pub use trail::{Trail, TrailOut};
