/** Inside the room: no other room may use this. */
@org.jspecify.annotations.NullMarked
package org.sealpost.binding.internal;
