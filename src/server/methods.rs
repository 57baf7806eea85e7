//! The gRPC methods that this binary knows, from the descriptors that are built into it.
//!
//! A path is the caller's word and may be anything; what is kept of it, or trusted about it, is asked here.

use prost::Message as _;
use prost_types::FileDescriptorSet;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// By path, `/package.Service/Method`: whether the caller may send more than one message.
static METHODS: LazyLock<BTreeMap<String, bool>> = LazyLock::new(|| {
    let [v1, v1alpha] = [tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET, tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET];
    let sets = [segue_proto::DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET, v1, v1alpha];
    // They are built in, and a test reads them: where one could not be read, its methods are counted as `other`.
    let files = sets.into_iter().flat_map(|set| FileDescriptorSet::decode(set).unwrap_or_default().file);
    let services = files.flat_map(|file| {
        let package = file.package().to_owned();
        file.service.into_iter().map(move |service| (format!("{package}.{}", service.name()), service.method))
    });
    let methods = services.flat_map(|(service, methods)| {
        methods.into_iter().map(move |method| (format!("/{service}/{}", method.name()), method.client_streaming()))
    });
    methods.collect()
});

/// The method's own name, where the path is one's.
pub(super) fn known(path: &str) -> Option<&'static str> {
    METHODS.get_key_value(path).map(|(path, _)| path.as_str())
}

/// Whether a caller of this path may send more than one message.
pub(super) fn streams(path: &str) -> bool {
    METHODS.get(path).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_known_and_nothing_else() {
        for (path, streaming) in [
            ("/segue.app.v1.AppService/Step", false),
            ("/segue.app.v1.AppService/WatchSession", false),
            ("/segue.app.v1.AppService/Chat", true),
            ("/segue.admin.v1.AdminService/ListSessions", false),
            ("/grpc.health.v1.Health/Check", false),
            ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", true),
            ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", true),
        ] {
            assert_eq!((known(path), streams(path)), (Some(path), streaming));
        }
        for path in ["", "/", "/segue.app.v1.AppService/", "/segue.app.v1.AppService/Nothing", "/a/b"] {
            assert_eq!((known(path), streams(path)), (None, false), "{path}");
        }
    }
}
