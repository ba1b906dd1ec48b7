//! Ctrl-C, noticed and asked for.

use crate::Stop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether Ctrl-C was pressed. Terraform and the emulator run in process groups of their own, so it reaches only this
/// process, which then ends them in order.
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to listen. Where the system allows no listening, Ctrl-C ends the process as usual.
    pub fn listen() -> Self {
        let pressed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&pressed);
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
                return;
            };
            runtime.block_on(async {
                while tokio::signal::ctrl_c().await.is_ok() {
                    seen.store(true, Ordering::SeqCst);
                }
            });
        });
        Self(pressed)
    }

    /// Whether it was pressed.
    pub fn pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Stops the demo if it was.
    pub fn check(&self) -> Result<(), Stop> {
        if self.pressed() { Err(Stop::Interrupted) } else { Ok(()) }
    }
}
