/**
 * A logical key hierarchy (RFC 2627 section 5.4; Wong, Gouda and Lam, SIGCOMM 1998) of degree 4: the scheme of groups that change all the time, and what the stateless ones of
 * {@link org.sealpost.group.tree} are compared with. It is stateful: a member that misses one block needs its path again, over its pairwise channel.
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.group.lkh;
