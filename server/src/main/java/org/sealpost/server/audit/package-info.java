/** The audit log. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.audit;
