/** The M2M Server: IN-CSE, group authority, delivery ledger, audit and admin API. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server;
