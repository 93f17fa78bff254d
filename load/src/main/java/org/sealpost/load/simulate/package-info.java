/**
 * {@code sealpost simulate}: a server, an agent, devices, and the gateways between them in an adversary's hands, on one thread in virtual time. The enclaves are the shipped core on memory that loses
 * power around its saves; after each step the world is held against what must never happen.
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.load.simulate;
