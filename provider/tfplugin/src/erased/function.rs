use crate::{Function, FunctionError, Signature, Value};

pub(crate) trait DynFunction: Send + Sync {
    fn signature(&self) -> Signature;
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

pub(crate) struct ErasedFunction<F>(pub F);

impl<F: Function> DynFunction for ErasedFunction<F> {
    fn signature(&self) -> Signature {
        self.0.signature()
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        self.0.call(arguments)
    }
}
