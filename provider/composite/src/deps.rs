//! What a spec may see: nodes, and collections of them.

use std::marker::PhantomData;

use crate::kind::Out;

/// Typed handle on an input, a derived value or a child of a [`Graph`](crate::Graph). `Copy`, so wiring reads plainly.
pub struct Node<T> {
    pub(crate) at: usize,
    of: PhantomData<fn() -> T>,
}

impl<T> Node<T> {
    pub(crate) fn new(at: usize) -> Self {
        Self { at, of: PhantomData }
    }
}
impl<T> Clone for Node<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Node<T> {}

/// What is known so far, by node.
#[derive(Default)]
pub struct Outs(pub(crate) Vec<Option<Out>>);

/// What a spec, a derived value or an export depends on: a [`Node`], or a tuple (up to 8), an `Option` or a `Vec` of
/// dependencies; `()` is none. The closure beside it gets the same shape with the values in.
pub trait Deps: Send + Sync {
    /// The values, in the same shape.
    type Outs;
    /// Collects the nodes.
    #[doc(hidden)]
    fn nodes(&self, into: &mut Vec<usize>);
    /// `None` while any of them is unknown.
    #[doc(hidden)]
    fn get(&self, outs: &Outs) -> Option<Self::Outs>;
}

impl<T: Clone + Send + Sync + 'static> Deps for Node<T> {
    type Outs = T;
    fn nodes(&self, into: &mut Vec<usize>) {
        into.push(self.at);
    }
    fn get(&self, outs: &Outs) -> Option<T> {
        let out = outs.0.get(self.at).expect("a node is used in the graph that made it").as_ref()?;
        Some(out.downcast_ref::<T>().expect("a node is used in the graph that made it").clone())
    }
}

impl<D: Deps> Deps for Vec<D> {
    type Outs = Vec<D::Outs>;
    fn nodes(&self, into: &mut Vec<usize>) {
        for dep in self {
            dep.nodes(into);
        }
    }
    fn get(&self, outs: &Outs) -> Option<Self::Outs> {
        self.iter().map(|dep| dep.get(outs)).collect()
    }
}

impl<D: Deps> Deps for Option<D> {
    type Outs = Option<D::Outs>;
    fn nodes(&self, into: &mut Vec<usize>) {
        if let Some(dep) = self {
            dep.nodes(into);
        }
    }
    fn get(&self, outs: &Outs) -> Option<Self::Outs> {
        match self {
            None => Some(None),
            Some(dep) => dep.get(outs).map(Some),
        }
    }
}

macro_rules! tuples {
    ($(($($dep:ident)*))+) => { $(
        impl<$($dep: Deps),*> Deps for ($($dep,)*) {
            type Outs = ($($dep::Outs,)*);
            #[allow(non_snake_case, unused_variables)]
            fn nodes(&self, into: &mut Vec<usize>) {
                let ($($dep,)*) = self;
                $($dep.nodes(into);)*
            }
            #[allow(non_snake_case, unused_variables)]
            fn get(&self, outs: &Outs) -> Option<Self::Outs> {
                let ($($dep,)*) = self;
                Some(($($dep.get(outs)?,)*))
            }
        }
    )+ };
}
tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }
