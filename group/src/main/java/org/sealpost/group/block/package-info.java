/** Epoch blocks: one small public object that opens a new epoch to every member but the evicted. */
@org.jspecify.annotations.NullMarked
package org.sealpost.group.block;
