/** The operator's door. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.admin;
