//! Whether a directory is fit to hold the file: network file systems keep neither locks nor fsync as promised.

use super::super::Error;
use std::path::{Path, PathBuf};

/// File systems that lie on another machine.
const NETWORK: &[&str] = &[
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "orangefs",
    "smb3",
    "smbfs",
    "fuse.ceph",
    "fuse.davfs2",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
];

/// Refuses a directory on a network file system, where the system tells (Linux; elsewhere nothing is known).
pub(super) fn ask_local(directory: &Path) -> Result<(), Error> {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else { return Ok(()) };
    let Ok(directory) = directory.canonicalize() else { return Ok(()) };
    match file_system(&mounts, &directory) {
        Some(kind) if NETWORK.contains(&kind) => Err(Error::Unfit(format!(
            "{} lies on a network file system ({kind}), where locks and fsync do not hold what they promise; \
             give the store a directory on a disk of this machine, or use Redis",
            directory.display()
        ))),
        _ => Ok(()),
    }
}

/// The kind of file system that holds `directory`, from `mounts` in the form of proc(5) `mountinfo`.
fn file_system<'m>(mounts: &'m str, directory: &Path) -> Option<&'m str> {
    let mounted = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let point = PathBuf::from(unescape(left.split(' ').nth(4)?));
        let kind = right.split(' ').next()?;
        directory.starts_with(&point).then(|| (point.components().count(), kind))
    });
    // The deepest mount point decides; of two at one place, the later covers the earlier.
    mounted.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

/// Blanks, tabs, line ends and backslashes are written as three octal digits.
fn unescape(text: &str) -> String {
    let [blank, tab, line, backslash] = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    [blank, tab, line, backslash].iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
        40 22 0:40 / /data rw - nfs4 files:/data rw\n\
        41 40 8:2 / /data/local\\040disk rw - xfs /dev/sdb rw\n";

    #[test]
    fn the_deepest_mount_point_decides() {
        assert_eq!(file_system(MOUNTS, Path::new("/var/lib/segue")), Some("ext4"));
        assert_eq!(file_system(MOUNTS, Path::new("/data/segue")), Some("nfs4"));
        assert_eq!(file_system(MOUNTS, Path::new("/data/local disk/segue")), Some("xfs"));
        assert_eq!(file_system(MOUNTS, Path::new("/database")), Some("ext4"), "a name is not a beginning of a name");
    }

    #[test]
    fn this_machines_own_temporary_directory_is_fit() {
        assert!(ask_local(tempfile::tempdir().unwrap().path()).is_ok());
    }
}
