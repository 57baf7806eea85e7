//! Who may decide for a domain: the lease by the callers' time, and the fence that outlives it.

use super::fault::Halt;
use super::tables::{OWNERS, Tables};
use crate::Time;
use crate::store::Fence;
use redb::{ReadTransaction, ReadableTable};

/// Takes the right to decide. A lease of the same node's holds nobody up: the file is locked by one process, so that who
/// took it in a former life is dead.
pub(super) fn acquire(
    tables: &mut Tables<'_>,
    domain: &str,
    node: &str,
    nonce: u64,
    now: Time,
    lease_ms: u64,
) -> Result<Option<Fence>, Halt> {
    let mut epoch = 1;
    if let Some(owner) = tables.owners.get(domain)? {
        let (last, held_nonce, holder, until) = owner.value();
        let own = holder == node;
        if until > now.0 && !own {
            return Ok(None);
        }
        // The same owner asks again: the first answer may have been lost.
        let again = own && held_nonce == nonce && until > now.0;
        epoch = if again { last } else { last + 1 };
    }
    tables.dirty = true;
    tables.owners.insert(domain, (epoch, nonce, node, now.0.saturating_add(lease_ms)))?;
    Ok(Some(Fence { epoch, nonce, node: node.to_owned() }))
}

/// Who holds the right, and until when.
pub(super) fn holder(view: &ReadTransaction, domain: &str) -> Result<Option<(String, Time)>, Halt> {
    let owners = view.open_table(OWNERS)?;
    let owner = owners.get(domain)?.map(|owner| {
        let (_, _, node, until) = owner.value();
        (node.to_owned(), Time(until))
    });
    // A lease that was given back ended at no time.
    Ok(owner.filter(|(_, until)| until.0 > 0))
}

/// Prolongs the lease where it is still this owner's, also when it had run out and nobody took it.
pub(super) fn renew(tables: &mut Tables<'_>, domain: &str, fence: &Fence, now: Time, lease_ms: u64) -> Result<bool, Halt> {
    set_until(tables, domain, fence, now.0.saturating_add(lease_ms))
}

/// Ends the lease where it is this owner's.
pub(super) fn release(tables: &mut Tables<'_>, domain: &str, fence: &Fence) -> Result<(), Halt> {
    set_until(tables, domain, fence, 0).map(drop)
}

fn set_until(tables: &mut Tables<'_>, domain: &str, fence: &Fence, until: u64) -> Result<bool, Halt> {
    let Some((epoch, nonce, node)) = tables.owners.get(domain)?.map(|owner| {
        let (epoch, nonce, node, _) = owner.value();
        (epoch, nonce, node.to_owned())
    }) else {
        return Ok(false);
    };
    if (epoch, nonce, &node) != (fence.epoch, fence.nonce, &fence.node) {
        return Ok(false);
    }
    tables.dirty = true;
    tables.owners.insert(domain, (epoch, nonce, node.as_str(), until))?;
    Ok(true)
}
