/** oneM2M entities: resource tree, access control, routing, fan-out, polling, store and forward. */
@org.jspecify.annotations.NullMarked
package org.sealpost.cse;
