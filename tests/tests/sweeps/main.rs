//! What must not hurt: lost answers, a killed provider, refusals, throttling, Ctrl-C. Each is tried at every call that
//! changes something, through the life of an environment, of a tenant (with a pipeline, too), of its database, of its
//! infrastructure pipeline and of a webhook: created, changed, destroyed.
//!
//! Whatever happened, the next apply with the same configuration ends where an undisturbed one does: the same number of
//! objects of each kind in AWS, a plan without changes, and nothing left after the destroy.
//!
//! Where every point would take too long, one of so many is tried; `PAAS_TESTS_SWEEP_ALL=1` leaves out none.
//!
//! The provider is driven through the plugin protocol, a new process for every run, as Terraform starts one.

#[path = "../support/stage.rs"]
mod stage;

mod account;
mod life;
mod sweep;
mod throttling;
mod trouble;

use life::Life;
use sweep::sweep;
use trouble::Trouble;

/// Nearly all of it is waiting, so the lives go side by side, and along with the sweeps.
#[test]
fn a_fifth_of_all_calls_is_throttled() {
    std::thread::scope(|scope| {
        scope.spawn(|| throttling::throttled(Life::EnvironmentWithGateway));
        scope.spawn(|| throttling::throttled(Life::Tenant));
        scope.spawn(|| throttling::throttled(Life::GitlabWebhook));
    });
}

#[test]
fn the_answer_to_every_call_of_an_environment_is_lost() {
    sweep(Life::EnvironmentWithGateway, &[Trouble::AnswerLost], 1);
}

#[test]
fn the_answer_to_any_call_of_an_environment_with_a_nat_instance_is_lost() {
    sweep(Life::EnvironmentWithInstance, &[Trouble::AnswerLost], 4);
}

#[test]
fn the_answer_to_every_call_of_a_tenant_is_lost() {
    sweep(Life::Tenant, &[Trouble::AnswerLost], 1);
}

#[test]
fn the_provider_is_killed_at_any_call_of_an_environment() {
    sweep(Life::EnvironmentWithGateway, &[Trouble::KilledBefore, Trouble::KilledAfter], 4);
}

#[test]
fn the_provider_is_killed_at_every_call_of_a_tenant() {
    sweep(Life::Tenant, &[Trouble::KilledAfter, Trouble::KilledBefore], 1);
}

#[test]
fn any_call_of_an_environment_is_refused_once() {
    sweep(Life::EnvironmentWithInstance, &[Trouble::Refused, Trouble::ServerError], 6);
}

#[test]
fn any_call_of_a_tenant_is_refused_once() {
    sweep(Life::Tenant, &[Trouble::ServerError, Trouble::Refused], 2);
}

#[test]
fn an_environment_is_interrupted_at_any_call() {
    sweep(Life::EnvironmentWithGateway, &[Trouble::Stopped], 8);
}

#[test]
fn a_tenant_is_interrupted_at_any_call() {
    sweep(Life::Tenant, &[Trouble::Stopped], 3);
}

#[test]
fn the_answer_to_any_call_of_a_tenant_with_a_pipeline_is_lost() {
    sweep(Life::TenantWithPipeline, &[Trouble::AnswerLost], 3);
}

#[test]
fn the_provider_is_killed_at_any_call_of_a_tenant_with_a_pipeline() {
    sweep(Life::TenantWithPipeline, &[Trouble::KilledBefore, Trouble::KilledAfter], 3);
}

#[test]
fn any_call_of_a_tenant_with_a_pipeline_is_refused_once_or_interrupted() {
    sweep(Life::TenantWithPipeline, &[Trouble::Refused, Trouble::Stopped, Trouble::ServerError], 5);
}

#[test]
fn a_tenant_with_two_slots_has_any_trouble_at_any_call() {
    sweep(
        Life::TenantWithSlots,
        &[Trouble::KilledAfter, Trouble::AnswerLost, Trouble::KilledBefore, Trouble::ServerError],
        3,
    );
}

#[test]
fn the_answer_to_any_call_of_a_database_is_lost() {
    sweep(Life::Database, &[Trouble::AnswerLost], 2);
}

#[test]
fn the_provider_is_killed_at_every_call_of_a_database() {
    sweep(Life::Database, &[Trouble::KilledAfter, Trouble::KilledBefore], 1);
}

#[test]
fn any_call_of_a_database_is_refused_once_or_interrupted() {
    sweep(Life::Database, &[Trouble::Refused, Trouble::Stopped, Trouble::ServerError], 3);
}

#[test]
fn the_answer_to_any_call_of_an_infrastructure_pipeline_is_lost() {
    sweep(Life::InfrastructurePipeline, &[Trouble::AnswerLost], 3);
}

#[test]
fn the_provider_is_killed_at_any_call_of_an_infrastructure_pipeline() {
    sweep(Life::InfrastructurePipeline, &[Trouble::KilledAfter, Trouble::KilledBefore], 3);
}

#[test]
fn any_call_of_an_infrastructure_pipeline_is_refused_once_or_interrupted() {
    sweep(Life::InfrastructurePipeline, &[Trouble::Refused, Trouble::Stopped, Trouble::ServerError], 4);
}

#[test]
fn the_answer_to_any_call_of_a_webhook_is_lost() {
    sweep(Life::GitlabWebhook, &[Trouble::AnswerLost], 2);
}

#[test]
fn the_provider_is_killed_at_every_call_of_a_webhook() {
    sweep(Life::GitlabWebhook, &[Trouble::KilledAfter, Trouble::KilledBefore], 1);
}

#[test]
fn any_call_of_a_webhook_is_refused_once_or_interrupted() {
    sweep(Life::GitlabWebhook, &[Trouble::Refused, Trouble::Stopped, Trouble::ServerError], 3);
}
