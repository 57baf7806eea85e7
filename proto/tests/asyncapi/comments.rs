//! The comments of the `.proto` files, by file and path.

use prost_reflect::FileDescriptor;

/// What stands above the thing at this path, as one paragraph.
pub(crate) fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let found = info.and_then(|info| info.location.iter().find(|at| at.path == path));
    let text = found.and_then(|at| at.leading_comments.as_deref()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
