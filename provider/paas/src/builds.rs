//! The machine that builds run on, whatever they build.

use crate::shared::{i32_of, validate_choice, validate_filled, validate_range};
use tfplugin::{Attr, Diagnostics};

/// What CodeBuild calls the machines that run containers of Linux (`computeType`).
const COMPUTE_TYPES: &[&str] = &[
    "BUILD_GENERAL1_SMALL",
    "BUILD_GENERAL1_MEDIUM",
    "BUILD_GENERAL1_LARGE",
    "BUILD_GENERAL1_XLARGE",
    "BUILD_GENERAL1_2XLARGE",
];

/// The machine that builds run on.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// The container's image.
    pub image: String,
    /// As CodeBuild names it.
    pub compute_type: String,
    /// When a build is ended.
    pub timeout_in_minutes: i32,
}

impl Machine {
    /// By the arguments `build_image`, `compute_type` and `build_timeout`; none while one of them isn't known.
    pub fn of(image: &Attr<String>, compute_type: &Attr<String>, timeout: &Attr<i64>) -> Option<Self> {
        Some(Self {
            image: image.known()?.clone(),
            compute_type: compute_type.known()?.clone(),
            timeout_in_minutes: i32_of(*timeout.known()?),
        })
    }
}

/// Reports what CodeBuild would refuse of `build_image`, `compute_type` and `build_timeout`.
pub fn validate_machine(
    image: &Attr<String>,
    compute_type: &Attr<String>,
    timeout: &Attr<i64>,
    diagnostics: &mut Diagnostics,
) {
    validate_filled("build_image", image, "is not an image that CodeBuild can run", diagnostics);
    validate_range("build_timeout", timeout, 5..=480, diagnostics);
    validate_choice("compute_type", compute_type, COMPUTE_TYPES, diagnostics);
}
