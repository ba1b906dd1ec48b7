//! One account and the runs in it, each with a provider process of its own.

use crate::life::{Life, Props};
use crate::stage::{ENVIRONMENT, GITLAB_WEBHOOK, Resource, Stage};
use crate::trouble::Trouble;
use paas_tests::Emulator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tfplugin::client::{Client, Error, Outcome, State};
use tokio::runtime::Runtime;

/// How many objects of each kind there are.
pub type Census = BTreeMap<String, usize>;

/// A run that takes longer hangs: they take a few seconds even on a busy machine, and some minutes when throttled.
const HANGS: Duration = Duration::from_mins(15);

/// An account in which one life after the other is lived.
pub struct Account {
    stage: Stage,
    pub life: Life,
    runtime: Runtime,
    configurations: Vec<Value>,
    /// What is there before each life.
    pub scenery: Census,
}

impl Account {
    /// A new account, with what the life needs.
    pub fn new(life: Life) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let mut account = Self {
            stage: Stage::new(json!({})),
            life,
            runtime: runtime.expect("threads can be started"),
            configurations: vec![],
            scenery: Census::new(),
        };
        account.furnish();
        account
    }

    pub fn aws(&self) -> &Emulator {
        &self.stage.aws
    }

    /// Empties the account where lives leave traces that AWS never shows again, such as keys that wait for their deletion.
    pub fn clear(&mut self) {
        self.stage.aws.assert_sound();
        self.stage.aws.forget_calls();
        if [ENVIRONMENT, GITLAB_WEBHOOK].contains(&self.life.resource()) {
            self.stage.aws.reset();
            self.furnish();
        }
        for snapshot in self.stage.aws.inventory().iter().filter(|object| object.kind == "db_snapshot") {
            let named = json!({"DBSnapshotIdentifier": snapshot.name});
            self.stage.aws.call("rds", "delete_db_snapshot", &named).expect("it is there");
        }
    }

    fn furnish(&mut self) {
        self.stage.aws.timing(&Life::timing());
        let props = Props::new(&self.stage.aws);
        self.configurations = self.life.configurations(&props);
        for (type_name, home) in self.life.home(&props) {
            let run = self.run();
            self.wait(Resource::create(&run.client, type_name, home));
        }
        self.scenery = self.census();
    }

    /// What exists.
    pub fn census(&self) -> Census {
        let mut census = Census::new();
        for object in self.stage.aws.inventory() {
            *census.entry(format!("{} {}", object.service, object.kind)).or_default() += 1;
        }
        census
    }

    /// What exists when a life is over.
    pub fn aftermath(&self) -> Census {
        let mut census = self.scenery.clone();
        census.extend(self.life.leaves().map(|(kind, count)| (kind.to_owned(), count)));
        census
    }

    /// The acts of a life: every configuration, then the end.
    pub fn acts(&self) -> Vec<Act> {
        let configurations = self.configurations.iter().cloned().map(Act::Apply);
        configurations.chain([Act::Destroy]).collect()
    }

    /// Starts Terraform, so to say.
    pub fn run(&self) -> Run<'_> {
        let client = self.wait(self.stage.provider());
        Run { account: self, client }
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let limited = async { tokio::time::timeout(HANGS, work).await };
        self.runtime.block_on(limited).unwrap_or_else(|_| panic!("{:?} hangs", self.life))
    }
}

/// What is run in an act.
#[derive(Debug, Clone)]
pub enum Act {
    Apply(Value),
    Destroy,
}

/// One run of Terraform: a provider process from its start to its end.
pub struct Run<'a> {
    account: &'a Account,
    client: Client,
}

impl Run<'_> {
    /// Refreshes, plans and applies; or destroys what the state holds.
    pub fn act(&self, act: &Act, state: Option<&State>) -> Result<Outcome, Error> {
        self.account.wait(self.acting(act, state))
    }

    /// The same, disturbed at the nth call that changes something. Also names that call, if there was one.
    pub fn act_in_trouble(
        &self,
        act: &Act,
        state: Option<&State>,
        (trouble, n): (Trouble, u64),
    ) -> (Result<Outcome, Error>, Option<String>) {
        self.account.aws().faults([trouble.fault(n, self.client.pid())]);
        let answer = self.account.wait(async {
            let acting = self.acting(act, state);
            if trouble != Trouble::Stopped {
                return acting.await;
            }
            let stop = async {
                while !self.was_hit() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                self.client.stop().await
            };
            tokio::pin!(acting);
            tokio::select! {
                answer = &mut acting => answer,
                stopped = stop => { stopped?; acting.await }
            }
        });
        let hit = self.was_hit().then(|| self.spoiled());
        self.account.aws().clear_faults();
        (answer, hit)
    }

    /// What a refresh and a plan say of the difference between AWS and the configuration.
    pub fn difference(&self, configuration: &Value, state: &State) -> Result<Outcome, Error> {
        self.account.wait(async {
            let seen = self.refreshed(Some(state)).await?;
            self.client.plan(self.account.life.resource(), configuration, seen.as_ref()).await
        })
    }

    async fn acting(&self, act: &Act, state: Option<&State>) -> Result<Outcome, Error> {
        let resource = self.account.life.resource();
        let state = self.refreshed(state).await?;
        match (act, state) {
            (Act::Apply(configuration), state) => {
                self.client.converge(resource, configuration, state.as_ref()).await
            }
            (Act::Destroy, Some(state)) => self.client.destroy(resource, &state).await,
            (Act::Destroy, None) => Ok(Outcome::default()),
        }
    }

    async fn refreshed(&self, state: Option<&State>) -> Result<Option<State>, Error> {
        let Some(state) = state else { return Ok(None) };
        let read = self.client.refresh(self.account.life.resource(), state).await?;
        assert!(!read.diagnostics.has_errors(), "the refresh fails: {}", read.diagnostics);
        Ok(read.state)
    }

    /// The call that was spoiled last.
    fn spoiled(&self) -> String {
        let calls = self.account.aws().calls(0);
        let spoiled = calls.iter().rev().find(|call| call.fault.is_some());
        spoiled.map(|call| format!("{}:{}", call.service, call.operation)).unwrap_or_default()
    }

    fn was_hit(&self) -> bool {
        self.account.aws().fault_hits().iter().any(|fault| fault.hits > 0)
    }
}
