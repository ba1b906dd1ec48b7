//! Generates the protocol's types. protox parses the `.proto` files in Rust, so no `protoc` is needed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["tfplugin6", "grpc_broker", "grpc_controller", "grpc_stdio"]
        .map(|name| format!("proto/{name}.proto"));
    for file in &files {
        println!("cargo:rerun-if-changed={file}");
    }
    let descriptors = protox::compile(&files, ["proto"])?;
    tonic_prost_build::configure()
        .build_client(std::env::var_os("CARGO_FEATURE_TESTING").is_some())
        // rpcs that we don't announce answer "unimplemented"
        .generate_default_stubs(true)
        .compile_fds(descriptors)?;
    Ok(())
}
