import { unknownEvent, type Decider } from '@windlass/event-store';
import { transferNotFound } from './transfer.errors.js';

export const PERIODS_MINUTES = [2, 5, 30, 60, 180, 360, 720] as const;

/** How a transfer ships, as tenants may change it. */
export interface TransferSettings {
  readonly format: 'RAW' | 'JSON';
  readonly enabled: boolean;
  readonly periodMinutes: number;
  readonly bucket: string;
  /** Begins the names of objects. */
  readonly namePrefix: string;
  /** Folders before those of the time; empty, or with a slash at its end. */
  readonly folder: string;
  /** An IANA name or an offset such as "+08:00": of the folders of the time. */
  readonly timeZone: string;
}

export interface TransferDetails extends TransferSettings {
  readonly domainId: string;
  readonly projectId: string;
  readonly groupId: string;
  readonly streamIds: readonly string[];
}

export type TransferEvent =
  | { readonly type: 'LogTransferCreated'; readonly data: TransferDetails }
  | { readonly type: 'LogTransferChanged'; readonly data: TransferSettings }
  | { readonly type: 'LogTransferDeleted'; readonly data: Record<string, never> };

export type TransferCommand = ({ readonly kind: 'create' } & TransferDetails) | { readonly kind: 'change'; readonly settings: TransferSettings } | { readonly kind: 'delete' };

export type TransferState = { readonly status: 'absent' } | ({ readonly status: 'active' } & TransferDetails) | { readonly status: 'deleted' };

/** Settings were judged when they were read: here is only what depends on the past. */
export const transfer: Decider<TransferState, TransferCommand, TransferEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create': {
        const { kind: _kind, ...details } = command;
        return [{ type: 'LogTransferCreated', data: details }];
      }
      case 'change':
        if (state.status !== 'active') throw transferNotFound();
        return isSame(state, command.settings) ? [] : [{ type: 'LogTransferChanged', data: command.settings }];
      case 'delete':
        if (state.status !== 'active') throw transferNotFound();
        return [{ type: 'LogTransferDeleted', data: {} }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'LogTransferCreated':
        return { status: 'active', ...event.data };
      case 'LogTransferChanged':
        return state.status === 'active' ? { ...state, ...event.data } : state;
      case 'LogTransferDeleted':
        return { status: 'deleted' };
      default:
        return unknownEvent(event);
    }
  },
};

function isSame(present: TransferSettings, wanted: TransferSettings): boolean {
  return (Object.keys(wanted) as (keyof TransferSettings)[]).every((key) => present[key] === wanted[key]);
}

const STREAM_PREFIX = 'log-transfer-';

export function transferStream(transferId: string): string {
  return `${STREAM_PREFIX}${transferId}`;
}

export function transferIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}
