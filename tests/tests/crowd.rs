//! Many at once: teams that apply at the same moment, each with its own Terraform, in one environment.

use paas_tests::configuration::Configuration;
use paas_tests::terraform::{Output, Running};
use paas_tests::{Emulator, Workspace, hcl};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A team's root module, which knows the environment only by its name.
fn team(account: &Configuration, name: &str, hosts: &[&str]) -> Workspace {
    let terraform = Workspace::new(&account.aws);
    let tenant = json!({"environment": "dev", "name": name, "hosts": hosts, "image_id": account.image});
    terraform.write("main.tf", &(hcl::PROVIDER_SOURCE.to_owned() + &hcl::resource(TENANT, &tenant)));
    terraform
}

const TENANT: &str = "paas_tenant.this";

/// Starts all, and waits for all.
fn at_once(teams: &[Workspace], arguments: &[&str]) -> Vec<Output> {
    let running: Vec<Running> = teams.iter().map(|team| team.start(arguments)).collect();
    running.into_iter().map(Running::wait).collect()
}

/// Plans first, so that neither sees the other at plan. The loser is told `why`.
fn race(teams: &[Workspace; 2], why: &str) -> (usize, usize) {
    for team in teams {
        team.plan(&[]).expect_success();
    }
    let outputs = at_once(teams, &["apply", "-json", "saved.tfplan"]);
    let winners: Vec<usize> = (0..2).filter(|team| outputs[*team].success()).collect();
    let [winner] = winners[..] else {
        panic!("won: {winners:?}\n{}\n{}", outputs[0].report(), outputs[1].report());
    };
    let loser = 1 - winner;
    let errors = outputs[loser].expect_errors();
    assert!(errors.iter().any(|error| error.text().contains(why)), "{}", outputs[loser].report());
    (winner, loser)
}

fn kinds(aws: &Emulator) -> Vec<String> {
    let mut kinds: Vec<String> = aws.inventory().into_iter().map(|object| object.kind).collect();
    kinds.sort();
    kinds
}

fn rules(account: &Configuration) -> Vec<Value> {
    let listener = account.attribute("paas_environment.dev", "https_listener_arn");
    let answer = account.look("elbv2", "describe_rules", &json!({ "ListenerArn": listener }));
    answer["Rules"].as_array().unwrap().iter().filter(|rule| rule["IsDefault"] == false).cloned().collect()
}

#[test]
fn twenty_tenants_at_once_get_a_priority_each() {
    let account = Configuration::with_environment();
    account.apply();
    let names: Vec<String> = (1..=20).map(|n| format!("team-{n}")).collect();
    let teams: Vec<Workspace> =
        names.iter().map(|name| team(&account, name, &[&format!("{name}.dev.example.test")])).collect();

    for output in at_once(&teams, &["apply", "-json", "-auto-approve"]) {
        output.expect_success();
    }
    let rules = rules(&account);
    let priorities: BTreeSet<&str> = rules.iter().map(|rule| rule["Priority"].as_str().unwrap()).collect();
    assert_eq!((rules.len(), priorities.len()), (20, 20));
    let told = teams[0].attributes(TENANT).unwrap()["priorities"][0].to_string();
    assert!(priorities.contains(told.as_str()), "{told} of {priorities:?}");

    for output in at_once(&teams, &["destroy", "-json", "-auto-approve"]) {
        output.expect_success();
    }
    account.end();
}

#[test]
fn of_two_teams_that_claim_one_host_or_one_name_exactly_one_gets_it() {
    let account = Configuration::with_environment();
    account.apply();
    let environment = kinds(&account.aws);

    let for_a_host = ["acme", "apex"].map(|name| team(&account, name, &["www.dev.example.test"]));
    let (winner, loser) = race(&for_a_host, "host www.dev.example.test already belongs to");
    assert_eq!(rules(&account).len(), 1);
    for_a_host[loser].destroy(&[]).expect_success();
    assert_eq!(for_a_host[winner].plan(&[]).expect_success().changes(), []);
    for_a_host[winner].destroy(&[]).expect_success();
    assert_eq!(kinds(&account.aws), environment);

    let for_a_name = ["a", "b"].map(|host| team(&account, "acme", &[&format!("{host}.dev.example.test")]));
    let (winner, loser) = race(&for_a_name, "The name is taken");
    assert_eq!(for_a_name[loser].attributes(TENANT), None, "the name was never the loser's");
    assert_eq!(for_a_name[winner].plan(&[]).expect_success().changes(), []);
    for_a_name[winner].destroy(&[]).expect_success();
    assert_eq!(kinds(&account.aws), environment);
    account.end();
}
