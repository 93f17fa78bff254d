/** Trees of labels: which few keys open an epoch for all members but the evicted (Naor, Naor and Lotspiech, CRYPTO 2001). */
@org.jspecify.annotations.NullMarked
package org.sealpost.group.tree;
