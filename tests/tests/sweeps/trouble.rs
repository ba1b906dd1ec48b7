//! What is done to a run, at its nth call that changes something.

use paas_tests::emulator::Fault;

/// Longer than what runs beside the call takes.
const STALL_MS: u64 = 300;

/// One kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The call took effect, and the connection closes before its answer.
    AnswerLost,
    /// The provider is killed before the call takes effect.
    KilledBefore,
    /// The provider is killed after the call took effect.
    KilledAfter,
    /// The call is refused for good.
    Refused,
    /// The service answers 500; the call had no effect.
    ServerError,
    /// Terraform asks to stop while the call is under way.
    Stopped,
}

impl Trouble {
    /// As a rule of the emulator, for the provider with this process id.
    pub fn fault(self, n: u64, provider: u32) -> Fault {
        let fault = match self {
            Self::AnswerLost => Fault::drop_after(),
            Self::KilledBefore => Fault::kill(provider),
            Self::KilledAfter => Fault::kill(provider).after(),
            Self::Refused => Fault::error("AccessDenied", "You may not, said the test.", 403),
            Self::ServerError => Fault::error("InternalFailure", "Out of order, said the test.", 500),
            Self::Stopped => Fault::latency(STALL_MS),
        };
        fault.mutating(true).nth(n)
    }

    /// Whether no answer comes from the provider.
    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }

    /// Whether the disturbed run may end with an error. Losing an answer is no excuse for one.
    pub fn may_fail(self) -> bool {
        matches!(self, Self::Refused | Self::ServerError | Self::Stopped)
    }
}
