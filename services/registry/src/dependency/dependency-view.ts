import { Dependency } from '@windlass/contracts/registry/v1/dependency_service';
import type { DependencyVersion } from './dependency.state.js';

/** A version as the documented API shows it. */
export function viewDependencyVersion(version: DependencyVersion): Dependency {
  return Dependency.fromPartial({
    id: version.id,
    dep_id: version.dependId,
    version: version.number,
    owner: version.domainId,
    link: version.link,
    runtime: version.runtime,
    etag: version.digest,
    size: version.sizeBytes,
    name: version.name,
    description: version.description,
    file_name: version.fileName,
    last_modified: Math.floor(Date.parse(version.createdAt) / 1000),
  });
}

/** A dependency as lists show it: its newest version under the id of the dependency. */
export function viewDependency(newest: DependencyVersion): Dependency {
  return { ...viewDependencyVersion(newest), id: newest.dependId };
}
