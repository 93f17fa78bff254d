/** Deliveries of credentials and who holds which epoch. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.ledger;
