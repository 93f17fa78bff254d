/** HTTP and CoAP: primitives on the wire, and nothing else. */
@org.jspecify.annotations.NullMarked
package org.sealpost.binding;
