//! CloudTrail: who wrote which object.

mod selectors;
mod trail;

pub use trail::{Trail, TrailOut};
