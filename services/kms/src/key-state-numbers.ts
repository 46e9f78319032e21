/** Key states as the API numbers them. */
export const STATE_NUMBERS = { enabled: '2', disabled: '3', pending_deletion: '4', pending_import: '5' } as const;
