// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: file locks (numflock); leases are in lease.c
 *
 * Promised: each lock in the kernel's lists (as in /proc/locks, waiting
 * requests aside) that a task of a context made counts for that context until
 * it is freed, whichever task unlocks or closes. A request is charged for the
 * locks it adds: none where it merges, two where it cuts a lock of another type
 * in two. A lock that replaces another is charged nothing.
 *
 * How many those are depends on the locks the same owner (process, or open
 * file) has on the file. They are looked at before the request, so requests of
 * one owner take turns. The turns are a context's own: a task that has one may
 * be preempted, throttled or in reclaim, and only its own container shall wait
 * for that.
 *
 * So a host task or another context with the same owner, which takes a shared
 * descriptor table or open file, can get in between. Every lock is counted even
 * then: one that nobody pays for is charged, whatever the limit, to the context
 * whose request touches it.
 *
 * Best effort: if contexts share an owner and make locks at the same moment, a lock
 * may be charged to either. A lock for whose entry there is no memory is charged
 * with the next request.
 *
 * File systems that lock elsewhere first (nfs) ask with FL_ACCESS before they
 * do, and hear of a full beancounter then. Locks that a file system keeps
 * entirely to itself (fuse with locks of its own) are in no list and not
 * counted.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/tunables.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_table.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* The most locks one request adds. */
#define ADDS_MAX	2

/* Serves the owners that hash to it, for the time of one request. */
static struct mutex *turn_of(struct vzctx *ctx, const void *owner)
{
	return &ctx->lock_turn[hash_ptr(owner, VZCTX_LOCK_TURN_BITS)];
}

/**
 * struct ask - one request on its way
 * @ctx: whose it is, referenced; NULL for the host
 * @turn: held until the end
 * @nofs: allocation scope to return to at the end
 * @inode: of the file
 * @flock: flock(2), not POSIX
 * @owner: whose locks are compared: the open file of a flock
 * @type: F_RDLCK, F_WRLCK or F_UNLCK
 * @start: first byte
 * @end: last byte
 * @adds: locks the request makes if nothing stands in its way
 * @own: entries for them, charged
 * @nr: how many
 */
struct ask {
	struct vzctx *ctx;
	struct mutex *turn;
	unsigned int nofs;
	struct inode *inode;
	bool flock;
	const void *owner;
	unsigned char type;
	loff_t start;
	loff_t end;
	unsigned int adds;
	struct vzctx_owner *own[ADDS_MAX];
	unsigned int nr;
};

static bool is_own(const struct ask *ask, const struct file_lock *fl)
{
	return ask->flock ? vzctx_flc(fl, file) == ask->owner :
			    vzctx_flc(fl, owner) == ask->owner;
}

/* Takes the charge of @fl, for the lock that replaces it. */
static void replace(struct ask *ask, const struct file_lock *fl)
{
	ask->own[ask->nr] = vzctx_owner_take(fl, UB_NUMFLOCK, ask->ctx);
	if (ask->own[ask->nr])
		ask->nr++;
}

/* What flock_lock_inode() will do: one lock for an open file at most. */
static void foresee_flock(struct ask *ask, const struct list_head *list)
{
	struct file_lock *fl;

	ask->adds = ask->type != F_UNLCK;
	list_for_each_entry(fl, list, VZCTX_FLC_LIST) {
		if (!is_own(ask, fl))
			continue;
		if (vzctx_flc(fl, type) == ask->type)
			ask->adds = 0;
		else if (ask->adds)
			replace(ask, fl);
		return;
	}
}

/*
 * What posix_lock_inode() will do. An owner's locks stand together, sorted by
 * their start, and do not overlap.
 */
static void foresee_posix(struct ask *ask, const struct list_head *list)
{
	loff_t start = ask->start, end = ask->end;
	bool met = false, placed = false, cut = false;
	struct file_lock *fl;

	list_for_each_entry(fl, list, VZCTX_FLC_LIST) {
		if (!is_own(ask, fl)) {
			if (met)
				break;
			continue;
		}
		met = true;
		if (vzctx_flc(fl, type) == ask->type) {
			/* Neighbours merge too. */
			if (fl->fl_end < start - 1)
				continue;
			if (fl->fl_start - 1 > end)
				break;
			start = min(start, fl->fl_start);
			end = max(end, fl->fl_end);
			placed = true;
			continue;
		}
		if (fl->fl_end < start)
			continue;
		if (fl->fl_start > end)
			break;
		if (ask->type == F_UNLCK)
			placed = true;
		if (fl->fl_end > end) {
			cut = fl->fl_start < start;
			break;
		}
		if (fl->fl_start >= start && !placed) {
			replace(ask, fl);
			ask->adds++;
			placed = true;
		}
	}
	if (!placed && ask->type != F_UNLCK)
		ask->adds++;
	if (cut)
		ask->adds++;
}

static void foresee(struct ask *ask)
{
	struct file_lock_context *flctx = locks_inode_context(ask->inode);

	if (!flctx) {
		ask->adds = ask->type != F_UNLCK;
		return;
	}
	spin_lock(&flctx->flc_lock);
	if (ask->flock)
		foresee_flock(ask, &flctx->flc_flock);
	else
		foresee_posix(ask, &flctx->flc_posix);
	spin_unlock(&flctx->flc_lock);
}

/* Charges what the request adds beyond what it replaces, all or nothing. */
static int charge(struct ask *ask)
{
	unsigned int had = ask->nr;
	unsigned int more = ask->adds - had;
	struct vzctx *ctx = ask->ctx;

	if (ask->adds <= had)
		return 0;
	for (; ask->nr < ask->adds; ask->nr++) {
		ask->own[ask->nr] = vzctx_owner_alloc(UB_NUMFLOCK, 1,
						      GFP_KERNEL_ACCOUNT);
		if (!ask->own[ask->nr])
			goto err_free;
	}
	/* Unlocking must be possible even above the barrier. */
	if (!vzctx_bc_reserve(&ctx->bc[UB_NUMFLOCK], more,
			      ask->type == F_UNLCK ? VZCTX_SOFT : VZCTX_HARD)) {
		vzctx_bc_fail(&ctx->bc[UB_NUMFLOCK]);
		vzctx_event_limit(ctx, UB_NUMFLOCK, more);
		goto err_free;
	}
	for (; had < ask->nr; had++) {
		percpu_ref_get(&ctx->ref);
		ask->own[had]->ctx = ctx;
	}
	return 0;

err_free:
	while (ask->nr > had)
		vzctx_owner_free(ask->own[--ask->nr]);
	return -ENOLCK;
}

/* Every lock the request made has the owner and touches the range. */
static bool touched(const struct ask *ask, const struct file_lock *fl)
{
	if (!is_own(ask, fl))
		return false;
	return ask->flock || (fl->fl_end >= ask->start - 1 &&
			      fl->fl_start - 1 <= ask->end);
}

/*
 * Gives the entries to the touched locks that have none: those just made, or,
 * if nothing was made, the one whose entry was taken. Under flc_lock no lock in
 * the list can be freed. Returns how many it had no entry for; @most end it, for
 * what failed may have touched all there are.
 */
static unsigned int publish(struct ask *ask, unsigned int most)
{
	struct file_lock_context *flctx = locks_inode_context(ask->inode);
	struct list_head *list;
	struct file_lock *fl;
	unsigned int bare = 0;

	if (!flctx)
		return 0;
	list = ask->flock ? &flctx->flc_flock : &flctx->flc_posix;
	spin_lock(&flctx->flc_lock);
	list_for_each_entry(fl, list, VZCTX_FLC_LIST) {
		if (!ask->nr && bare == most)
			break;
		if (!touched(ask, fl) || vzctx_owner_known(fl, UB_NUMFLOCK))
			continue;
		if (ask->nr)
			vzctx_owner_publish(ask->own[--ask->nr], fl);
		else
			bare++;
	}
	spin_unlock(&flctx->flc_lock);
	return bare;
}

static void cancel(struct ask *ask)
{
	while (ask->nr)
		vzctx_owner_cancel(ask->own[--ask->nr]);
}

/* Locks that were not foreseen are there all the same, and are charged. */
static void charge_bare(struct ask *ask, unsigned int bare)
{
	struct vzctx_owner *own;

	while (ask->nr < bare) {
		own = vzctx_owner_alloc(UB_NUMFLOCK, 1, GFP_KERNEL_ACCOUNT);
		if (!own)
			break;
		vzctx_owner_force(own, ask->ctx);
		ask->own[ask->nr++] = own;
	}
	publish(ask, 0);
	cancel(ask);
}

/* Nothing of an owner whose locks all go is touched afterwards. */
static bool unlocks_all(const struct ask *ask)
{
	return ask->type == F_UNLCK && !ask->start && ask->end == OFFSET_MAX;
}

/*
 * What failed touched as many locks as there may be, and made none: it is looked
 * at only to give back what was taken.
 */
static void finish(struct ask *ask, int err)
{
	unsigned int bare;

	if (!ask->ctx)
		return;
	if (ask->nr || (!err && !unlocks_all(ask))) {
		bare = publish(ask, err ? 0 : ADDS_MAX);
		cancel(ask);
		if (unlikely(bare))
			charge_bare(ask, bare);
	}
	memalloc_nofs_restore(ask->nofs);
	mutex_unlock(ask->turn);
	vzctx_put(ask->ctx);
}

/* 0 or -ENOLCK; to be finished in either case. */
static int begin(struct ask *ask, struct inode *inode,
		 const struct file_lock *request, bool flock)
{
	*ask = (struct ask) {
		.ctx = vzctx_get_of_current(),
		.inode = inode,
		.flock = flock,
		.owner = flock ? vzctx_flc(request, file) :
				 vzctx_flc(request, owner),
		.type = vzctx_flc(request, type),
		.start = request->fl_start,
		.end = request->fl_end,
	};
	if (!ask->ctx)
		return 0;
	/*
	 * Another file system's request may be waiting for this turn with locks
	 * held, so nothing done meanwhile may wait for a file system.
	 */
	ask->turn = turn_of(ask->ctx, ask->owner);
	mutex_lock(ask->turn);
	ask->nofs = memalloc_nofs_save();
	foresee(ask);
	return charge(ask);
}

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFLOCK), int, flock_lock_inode,
	      struct inode *, inode, struct file_lock *, request)
{
	struct ask ask;
	int err;

	vzctx_hook_enter();
	err = begin(&ask, inode, request, true);
	if (!err)
		err = vzctx_original(flock_lock_inode)(inode, request);
	finish(&ask, err);
	vzctx_hook_exit();
	return err;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFLOCK), int, posix_lock_inode,
	      struct inode *, inode, struct file_lock *, request,
	      struct file_lock *, conflock)
{
	struct ask ask;
	int err;

	vzctx_hook_enter();
	err = begin(&ask, inode, request, false);
	if (!err)
		err = vzctx_original(posix_lock_inode)(inode, request,
						       conflock);
	finish(&ask, err);
	vzctx_hook_exit();
	return err;
}

/* The one way every lock that was in a list goes. */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFLOCK), void, locks_release_private,
	      struct file_lock *, fl)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge(fl, UB_NUMFLOCK);
	vzctx_original(locks_release_private)(fl);
	vzctx_hook_exit();
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, locks_release_private),
	VZCTX_HOOK_GROUPED(host, flock_lock_inode),
	VZCTX_HOOK_GROUPED(host, posix_lock_inode),
};

const struct vzctx_hook_table vzctx_hook_lock = {
	rows, ARRAY_SIZE(rows), NULL
};
