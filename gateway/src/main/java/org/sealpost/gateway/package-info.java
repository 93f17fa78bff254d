/** The M2M Gateway: an MN-CSE with its courier, and nothing that could open an envelope. */
@org.jspecify.annotations.NullMarked
package org.sealpost.gateway;
