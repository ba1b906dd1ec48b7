//! The declaration of a composite: which children there are and how each one's spec follows from the others' outs.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use crate::deps::{Deps, Node, Outs};
use crate::kind::{Out, Registered, Spec, encode};
use crate::{Json, Kind, Ledger, Object, Record};

/// A value from the configuration, which may not be known before apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<T> {
    /// Known already.
    Known(T),
    /// Known at apply.
    Unknown,
}

/// A composite's children, in an order in which they can be made.
///
/// A node can only depend on nodes declared before it, so there are no cycles. A spec sees the values of its declared
/// dependencies and nothing else of the graph, so an edge can't be forgotten.
///
/// ```text
/// let env = g.input(environment);
/// let target = g.child("target_group", env, |env| TargetGroup::new(&self.name, env.vpc_id, &self.health_check));
/// let rule = g.child("listener_rule", (env, target), |(env, target)| ListenerRule::new(env.listener, target.arn));
/// g.export("target_group_arn", target, |target| target.arn);
/// ```
pub struct Graph<'a, W: 'static> {
    pub(crate) nodes: Vec<Declared<'a, W>>,
    exports: Vec<Export<'a>>,
    pub(crate) keys_known: bool,
}

type Evaluate<'a, T> = Box<dyn Fn(&Outs) -> Option<T> + Send + Sync + 'a>;

struct Export<'a> {
    name: String,
    value: Evaluate<'a, Json>,
}

pub(crate) enum Declared<'a, W: 'static> {
    Value { value: Evaluate<'a, Out>, parents: BTreeSet<usize> },
    Child(Declaration<'a, W>),
}

pub(crate) struct Declaration<'a, W: 'static> {
    pub(crate) key: String,
    pub(crate) kind: &'static Kind<W>,
    /// The children it depends on, by node; derived values are looked through.
    pub(crate) parents: BTreeSet<usize>,
    pub(crate) spec: Evaluate<'a, Arc<dyn Spec<W>>>,
    /// What isn't known of its spec yet can't make it be replaced.
    pub(crate) steady: bool,
}

impl<'a, W: 'static> Graph<'a, W> {
    /// A composite without children.
    #[must_use]
    pub fn new() -> Self {
        Self { nodes: Vec::new(), exports: Vec::new(), keys_known: true }
    }

    /// Declares a value from the configuration.
    pub fn input<T: Clone + Send + Sync + 'static>(&mut self, value: Value<T>) -> Node<T> {
        let value = match value {
            Value::Known(value) => Some(Arc::new(value) as Out),
            Value::Unknown => None,
        };
        self.declare(Declared::Value { value: Box::new(move |_| value.clone()), parents: BTreeSet::new() })
    }

    /// Declares a value that follows from others: the same `Network`, say, from own subnets or from given ones.
    pub fn map<T: Clone + Send + Sync + 'static, D: Deps + 'a>(
        &mut self,
        deps: D,
        value: impl Fn(D::Outs) -> T + Send + Sync + 'a,
    ) -> Node<T> {
        let parents = self.parents(&deps);
        let value = Box::new(move |outs: &Outs| deps.get(outs).map(|deps| Arc::new(value(deps)) as Out));
        self.declare(Declared::Value { value, parents })
    }

    /// Declares a child. The spec must be a pure function of its dependencies and of what the closure borrows.
    ///
    /// # Panics
    /// When the key is taken: keys come from the wiring, not from users.
    pub fn child<C: Registered<World = W>, D: Deps + 'a>(
        &mut self,
        key: impl Into<String>,
        deps: D,
        spec: impl Fn(D::Outs) -> C + Send + Sync + 'a,
    ) -> Node<C::Out> {
        let key = key.into();
        assert!(self.find(&key).is_none(), "two children have the key {key:?}");
        let parents = self.parents(&deps);
        let spec =
            Box::new(move |outs: &Outs| deps.get(outs).map(|deps| Arc::new(spec(deps)) as Arc<dyn Spec<W>>));
        self.declare(Declared::Child(Declaration { key, kind: C::REGISTERED, parents, spec, steady: false }))
    }

    /// Promises that whatever isn't known of a child before apply can't make it be replaced: it follows from known values
    /// what the object is, and from the others only how it is set. A plan then knows the child's out although it doesn't
    /// know its spec.
    ///
    /// # Panics
    /// When the node is no child.
    pub fn steady<T>(&mut self, child: Node<T>) {
        match &mut self.nodes[child.at] {
            Declared::Child(declaration) => declaration.steady = true,
            Declared::Value { .. } => panic!("only a child can be steady"),
        }
    }

    /// Declares a value that the composite publishes.
    pub fn export<T: Serialize, D: Deps + 'a>(
        &mut self,
        name: impl Into<String>,
        deps: D,
        value: impl Fn(D::Outs) -> T + Send + Sync + 'a,
    ) {
        let value = Box::new(move |outs: &Outs| deps.get(outs).map(|deps| encode(&value(deps))));
        self.exports.push(Export { name: name.into(), value });
    }

    /// Says that which children there are can't be known before apply. A plan then promises nothing about keys, deletes
    /// and exports.
    pub fn unknown_keys(&mut self) {
        self.keys_known = false;
    }

    /// The exports, as far as they follow from what a ledger holds.
    #[must_use]
    pub fn exports(&self, ledger: &Ledger) -> IndexMap<String, Json> {
        let mut outs = self.outs();
        for (at, child) in self.children() {
            let record =
                ledger.live.iter().find(|record| record.key == child.key && record.kind == child.kind.name());
            outs.0[at] = record.and_then(|record| child.kind.out(record.out.as_ref()?));
        }
        self.settle(&mut outs);
        self.evaluate_exports(&outs).filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub(crate) fn evaluate_exports(&self, outs: &Outs) -> impl Iterator<Item = (String, Option<Json>)> {
        self.exports.iter().map(|export| (export.name.clone(), (export.value)(outs)))
    }

    /// Nothing known yet.
    pub(crate) fn outs(&self) -> Outs {
        Outs(vec![None; self.nodes.len()])
    }

    /// Evaluates the inputs and derived values that can be.
    pub(crate) fn settle(&self, outs: &mut Outs) {
        for (at, node) in self.nodes.iter().enumerate() {
            if let (Declared::Value { value, .. }, None) = (node, &outs.0[at]) {
                outs.0[at] = value(outs);
            }
        }
    }

    /// The children with their nodes, in order.
    pub(crate) fn children(&self) -> impl DoubleEndedIterator<Item = (usize, &Declaration<'a, W>)> {
        self.nodes.iter().enumerate().filter_map(|(at, node)| match node {
            Declared::Child(child) => Some((at, child)),
            Declared::Value { .. } => None,
        })
    }

    /// The child at that node.
    pub(crate) fn at(&self, at: usize) -> &Declaration<'a, W> {
        match &self.nodes[at] {
            Declared::Child(child) => child,
            Declared::Value { .. } => unreachable!("only children are worked on"),
        }
    }

    /// The objects that a child refers to once it is in line: its parents' live ones.
    pub(crate) fn needs(&self, at: usize, ledger: &Ledger) -> Vec<Object> {
        self.parents_among(at, &ledger.live).collect()
    }

    /// The objects that a half-made child may refer to: if it was found, it may still hold on to its parents' old ones.
    pub(crate) fn possible_needs(&self, at: usize, ledger: &Ledger) -> Vec<Object> {
        self.parents_among(at, &ledger.live).chain(self.parents_among(at, &ledger.dead)).collect()
    }

    fn parents_among<'l>(&'l self, at: usize, records: &'l [Record]) -> impl Iterator<Item = Object> {
        let parents = self.at(at).parents.iter().map(|parent| &self.at(*parent).key);
        parents.flat_map(|key| records.iter().filter(move |record| record.key == *key).map(Record::object))
    }

    /// The node of the child with that key.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.children().find(|(_, child)| child.key == key).map(|(at, _)| at)
    }

    fn parents(&self, deps: &impl Deps) -> BTreeSet<usize> {
        let mut nodes = Vec::new();
        deps.nodes(&mut nodes);
        nodes
            .into_iter()
            .flat_map(|at| match &self.nodes[at] {
                Declared::Child(_) => BTreeSet::from([at]),
                Declared::Value { parents, .. } => parents.clone(),
            })
            .collect()
    }

    fn declare<T>(&mut self, node: Declared<'a, W>) -> Node<T> {
        self.nodes.push(node);
        Node::new(self.nodes.len() - 1)
    }
}

impl<W> Default for Graph<'_, W> {
    fn default() -> Self {
        Self::new()
    }
}
