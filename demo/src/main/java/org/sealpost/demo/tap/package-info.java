/** Relays that record every byte of every hop. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.tap;
