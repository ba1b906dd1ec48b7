"""Changes to moto, one module per service, applied by importing the module."""
