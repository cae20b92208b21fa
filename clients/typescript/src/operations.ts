// A method for each operation of the API, named as `operationId` names it.
//
// Written by clients/generate.py from the description of the API: change that.

import type { Call, Options, ServerEvent } from "./call.js";
import { segment } from "./call.js";
import type * as types from "./types.js";

/** Every operation of the API. */
export abstract class Operations {
  protected abstract json<T>(call: Call): Promise<T>;
  protected abstract bytes(call: Call): Promise<Uint8Array>;
  protected abstract events(call: Call): AsyncGenerator<ServerEvent, void, void>;

  /** List access control lists: `GET /api/v1/admin/acl`, for whoever holds `acl:view`. */
  getAdminAcl(options: Options = {}): Promise<types.GetAdminAclReply> {
    return this.json<types.GetAdminAclReply>({ method: "GET", path: "/api/v1/admin/acl", safe: true, options });
  }

  /** Remove an access control list: `DELETE /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`. */
  deleteAdminAclName(name: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/acl/${segment(name)}`, safe: false, options });
  }

  /** Show an access control list: `GET /api/v1/admin/acl/{name}`, for whoever holds `acl:view`. */
  getAdminAclName(name: string, options: Options = {}): Promise<types.AccessList> {
    return this.json<types.AccessList>({ method: "GET", path: `/api/v1/admin/acl/${segment(name)}`, safe: true, options });
  }

  /** Replace an access control list: `PUT /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`. */
  putAdminAclName(name: string, input: types.PutAdminAclNameInput, options: Options = {}): Promise<types.AccessList> {
    return this.json<types.AccessList>({ method: "PUT", path: `/api/v1/admin/acl/${segment(name)}`, body: input, safe: false, options });
  }

  /** List the audit log, newest first: `GET /api/v1/admin/audit`, for whoever holds `audit:view`. */
  getAdminAudit(input: types.GetAdminAuditInput = {}, options: Options = {}): Promise<types.GetAdminAuditReply> {
    return this.json<types.GetAdminAuditReply>({ method: "GET", path: "/api/v1/admin/audit", query: { ...input }, safe: true, options });
  }

  /** Verify the chain of the audit log: `GET /api/v1/admin/audit/verify`, for whoever holds `audit:view`. */
  getAdminAuditVerify(options: Options = {}): Promise<types.GetAdminAuditVerifyReply> {
    return this.json<types.GetAdminAuditVerifyReply>({ method: "GET", path: "/api/v1/admin/audit/verify", safe: true, options });
  }

  /** List the sets of roles that exclude each other: `GET /api/v1/admin/exclusive-roles`, for whoever holds `roles:view`. */
  getAdminExclusiveRoles(options: Options = {}): Promise<types.GetAdminExclusiveRolesReply> {
    return this.json<types.GetAdminExclusiveRolesReply>({ method: "GET", path: "/api/v1/admin/exclusive-roles", safe: true, options });
  }

  /** Remove a set of exclusive roles: `DELETE /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`. */
  deleteAdminExclusiveRolesSet(set: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/exclusive-roles/${segment(set)}`, safe: false, options });
  }

  /** Show a set of exclusive roles: `GET /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:view`. */
  getAdminExclusiveRolesSet(set: string, options: Options = {}): Promise<types.ExclusiveRoles> {
    return this.json<types.ExclusiveRoles>({ method: "GET", path: `/api/v1/admin/exclusive-roles/${segment(set)}`, safe: true, options });
  }

  /** Let nobody have two of these roles: `PUT /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`. */
  putAdminExclusiveRolesSet(set: string, input: types.PutAdminExclusiveRolesSetInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/exclusive-roles/${segment(set)}`, body: input, safe: false, options });
  }

  /** List groups: `GET /api/v1/admin/groups`, for whoever holds `groups:view`. */
  getAdminGroups(options: Options = {}): Promise<types.GetAdminGroupsReply> {
    return this.json<types.GetAdminGroupsReply>({ method: "GET", path: "/api/v1/admin/groups", safe: true, options });
  }

  /** Make a group: `POST /api/v1/admin/groups`, for whoever holds `groups:edit`. */
  postAdminGroups(input: types.PostAdminGroupsInput, options: Options = {}): Promise<types.PostAdminGroupsReply> {
    return this.json<types.PostAdminGroupsReply>({ method: "POST", path: "/api/v1/admin/groups", body: input, safe: false, options });
  }

  /** Remove a group: `DELETE /api/v1/admin/groups/{group}`, for whoever holds `groups:edit`. */
  deleteAdminGroupsGroup(group: string, input: types.DeleteAdminGroupsGroupInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/groups/${segment(group)}`, query: { ...input }, safe: false, options });
  }

  /** Show a group: `GET /api/v1/admin/groups/{group}`, for whoever holds `groups:view`. */
  getAdminGroupsGroup(group: string, options: Options = {}): Promise<types.Group> {
    return this.json<types.Group>({ method: "GET", path: `/api/v1/admin/groups/${segment(group)}`, safe: true, options });
  }

  /** List who is in a group: `GET /api/v1/admin/groups/{group}/members`, for whoever holds `groups:view`. */
  getAdminGroupsGroupMembers(group: string, input: types.GetAdminGroupsGroupMembersInput = {}, options: Options = {}): Promise<types.GetAdminGroupsGroupMembersReply> {
    return this.json<types.GetAdminGroupsGroupMembersReply>({ method: "GET", path: `/api/v1/admin/groups/${segment(group)}/members`, query: { ...input }, safe: true, options });
  }

  /** Take an account out of a group: `DELETE /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`. */
  deleteAdminGroupsGroupMembersUser(group: string, user: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/groups/${segment(group)}/members/${segment(user)}`, safe: false, options });
  }

  /** Put an account into a group: `PUT /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`. */
  putAdminGroupsGroupMembersUser(group: string, user: string, input: types.PutAdminGroupsGroupMembersUserInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/groups/${segment(group)}/members/${segment(user)}`, body: input, safe: false, options });
  }

  /** Set the roles that a group gives: `PUT /api/v1/admin/groups/{group}/roles`, for whoever holds `groups:edit`. */
  putAdminGroupsGroupRoles(group: string, input: types.PutAdminGroupsGroupRolesInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/groups/${segment(group)}/roles`, body: input, safe: false, options });
  }

  /** Find who holds a permission, and by which rule: `GET /api/v1/admin/holders`, for whoever holds `users:view`. */
  getAdminHolders(input: types.GetAdminHoldersInput = {}, options: Options = {}): Promise<types.GetAdminHoldersReply> {
    return this.json<types.GetAdminHoldersReply>({ method: "GET", path: "/api/v1/admin/holders", query: { ...input }, safe: true, options });
  }

  /** List invitations, newest first: `GET /api/v1/admin/invitations`, for whoever holds `invitations:view`. */
  getAdminInvitations(input: types.GetAdminInvitationsInput = {}, options: Options = {}): Promise<types.GetAdminInvitationsReply> {
    return this.json<types.GetAdminInvitationsReply>({ method: "GET", path: "/api/v1/admin/invitations", query: { ...input }, safe: true, options });
  }

  /** Invite somebody: `POST /api/v1/admin/invitations`, for whoever holds `invitations:edit`. */
  postAdminInvitations(input: types.PostAdminInvitationsInput = {}, options: Options = {}): Promise<types.PostAdminInvitationsReply> {
    return this.json<types.PostAdminInvitationsReply>({ method: "POST", path: "/api/v1/admin/invitations", body: input, safe: false, options });
  }

  /** Take an invitation back: `DELETE /api/v1/admin/invitations/{id}`, for whoever holds `invitations:edit`. */
  deleteAdminInvitationsId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/invitations/${segment(id)}`, safe: false, options });
  }

  /** Show roles against permissions: `GET /api/v1/admin/matrix`, for whoever holds `roles:view`. */
  getAdminMatrix(input: types.GetAdminMatrixInput = {}, options: Options = {}): Promise<types.GetAdminMatrixReply> {
    return this.json<types.GetAdminMatrixReply>({ method: "GET", path: "/api/v1/admin/matrix", query: { ...input }, safe: true, options });
  }

  /** Change cells of the matrix, all or none: `PUT /api/v1/admin/matrix`, for whoever holds `roles:edit`. */
  putAdminMatrix(input: types.PutAdminMatrixInput, options: Options = {}): Promise<types.Changed> {
    return this.json<types.Changed>({ method: "PUT", path: "/api/v1/admin/matrix", body: input, safe: false, options });
  }

  /** Say what a change of the matrix would do: `POST /api/v1/admin/matrix/review`, for whoever holds `roles:edit`. */
  postAdminMatrixReview(input: types.PostAdminMatrixReviewInput, options: Options = {}): Promise<types.PostAdminMatrixReviewReply> {
    return this.json<types.PostAdminMatrixReviewReply>({ method: "POST", path: "/api/v1/admin/matrix/review", body: input, safe: true, options });
  }

  /** List the outbox: `GET /api/v1/admin/messages`, for whoever holds `messages:view`. */
  getAdminMessages(options: Options = {}): Promise<types.GetAdminMessagesReply> {
    return this.json<types.GetAdminMessagesReply>({ method: "GET", path: "/api/v1/admin/messages", safe: true, options });
  }

  /** Show the stored policy document: `GET /api/v1/admin/policy`, for whoever holds `policy:view`. */
  getAdminPolicy(options: Options = {}): Promise<types.GetAdminPolicyReply> {
    return this.json<types.GetAdminPolicyReply>({ method: "GET", path: "/api/v1/admin/policy", safe: true, options });
  }

  /** Replace the stored policy document: `PUT /api/v1/admin/policy`, for whoever holds `policy:edit`. */
  putAdminPolicy(input: types.PutAdminPolicyInput, options: Options = {}): Promise<types.PutAdminPolicyReply> {
    return this.json<types.PutAdminPolicyReply>({ method: "PUT", path: "/api/v1/admin/policy", body: input, safe: false, options });
  }

  /** Say what a policy document would change: `POST /api/v1/admin/policy/check`, for whoever holds `policy:edit`. */
  postAdminPolicyCheck(input: types.PostAdminPolicyCheckInput, options: Options = {}): Promise<types.PostAdminPolicyCheckReply> {
    return this.json<types.PostAdminPolicyCheckReply>({ method: "POST", path: "/api/v1/admin/policy/check", body: input, safe: true, options });
  }

  /** Remove a relation: `DELETE /api/v1/admin/relations`, for whoever holds `relations:edit`. */
  deleteAdminRelations(input: types.DeleteAdminRelationsInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/admin/relations", query: { ...input }, safe: false, options });
  }

  /** List stored relations: `GET /api/v1/admin/relations`, for whoever holds `relations:view`. */
  getAdminRelations(input: types.GetAdminRelationsInput = {}, options: Options = {}): Promise<types.GetAdminRelationsReply> {
    return this.json<types.GetAdminRelationsReply>({ method: "GET", path: "/api/v1/admin/relations", query: { ...input }, safe: true, options });
  }

  /** Add and remove relations: `POST /api/v1/admin/relations`, for whoever holds `relations:edit`. */
  postAdminRelations(input: types.PostAdminRelationsInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/admin/relations", body: input, safe: false, options });
  }

  /** List roles: `GET /api/v1/admin/roles`, for whoever holds `roles:view`. */
  getAdminRoles(input: types.GetAdminRolesInput = {}, options: Options = {}): Promise<types.GetAdminRolesReply> {
    return this.json<types.GetAdminRolesReply>({ method: "GET", path: "/api/v1/admin/roles", query: { ...input }, safe: true, options });
  }

  /** Make a role: `POST /api/v1/admin/roles`, for whoever holds `roles:edit`. */
  postAdminRoles(input: types.PostAdminRolesInput, options: Options = {}): Promise<types.PostAdminGroupsReply> {
    return this.json<types.PostAdminGroupsReply>({ method: "POST", path: "/api/v1/admin/roles", body: input, safe: false, options });
  }

  /** Remove a role: `DELETE /api/v1/admin/roles/{role}`, for whoever holds `roles:edit`. */
  deleteAdminRolesRole(role: string, input: types.DeleteAdminRolesRoleInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/roles/${segment(role)}`, query: { ...input }, safe: false, options });
  }

  /** Show a role: `GET /api/v1/admin/roles/{role}`, for whoever holds `roles:view`. */
  getAdminRolesRole(role: string, options: Options = {}): Promise<types.GetAdminRolesReplyRole> {
    return this.json<types.GetAdminRolesReplyRole>({ method: "GET", path: `/api/v1/admin/roles/${segment(role)}`, safe: true, options });
  }

  /** Set the roles that a role inherits: `PUT /api/v1/admin/roles/{role}/inherits`, for whoever holds `roles:edit`. */
  putAdminRolesRoleInherits(role: string, input: types.PutAdminRolesRoleInheritsInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/roles/${segment(role)}/inherits`, body: input, safe: false, options });
  }

  /** Set or remove a rule of a role: `PUT /api/v1/admin/roles/{role}/permissions`, for whoever holds `roles:edit`. */
  putAdminRolesRolePermissions(role: string, input: types.PutAdminRolesRolePermissionsInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/roles/${segment(role)}/permissions`, body: input, safe: false, options });
  }

  /** Find accounts, newest first: `GET /api/v1/admin/users`, for whoever holds `users:view`. */
  getAdminUsers(input: types.GetAdminUsersInput = {}, options: Options = {}): Promise<types.GetAdminUsersReply> {
    return this.json<types.GetAdminUsersReply>({ method: "GET", path: "/api/v1/admin/users", query: { ...input }, safe: true, options });
  }

  /** Add an account: `POST /api/v1/admin/users`, for whoever holds `users:edit`. */
  postAdminUsers(input: types.PostAdminUsersInput = {}, options: Options = {}): Promise<types.User> {
    return this.json<types.User>({ method: "POST", path: "/api/v1/admin/users", body: input, safe: false, options });
  }

  /** Delete an account: `DELETE /api/v1/admin/users/{id}`, for whoever holds `users:edit`. */
  deleteAdminUsersId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/users/${segment(id)}`, safe: false, options });
  }

  /** Show an account with what it holds: `GET /api/v1/admin/users/{id}`, for whoever holds `users:view`. */
  getAdminUsersId(id: string, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "GET", path: `/api/v1/admin/users/${segment(id)}`, safe: true, options });
  }

  /** Change names and properties of an account: `PATCH /api/v1/admin/users/{id}`, for whoever holds `users:edit`. */
  patchAdminUsersId(id: string, input: types.PatchAdminUsersIdInput = {}, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "PATCH", path: `/api/v1/admin/users/${segment(id)}`, body: input, safe: false, options });
  }

  /** End every API key of an account: `DELETE /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`. */
  deleteAdminUsersIdApiKeys(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/users/${segment(id)}/api-keys`, safe: false, options });
  }

  /** List the API keys of an account: `GET /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:view`. */
  getAdminUsersIdApiKeys(id: string, options: Options = {}): Promise<types.GetAdminUsersIdApiKeysReply> {
    return this.json<types.GetAdminUsersIdApiKeysReply>({ method: "GET", path: `/api/v1/admin/users/${segment(id)}/api-keys`, safe: true, options });
  }

  /** Make an API key for an account: `POST /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`. */
  postAdminUsersIdApiKeys(id: string, input: types.PostAdminUsersIdApiKeysInput, options: Options = {}): Promise<types.NewApiKey> {
    return this.json<types.NewApiKey>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/api-keys`, body: input, safe: false, options });
  }

  /** End an API key of an account: `DELETE /api/v1/admin/users/{id}/api-keys/{key}`, for whoever holds `users:edit`. */
  deleteAdminUsersIdApiKeysKey(id: string, key: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/users/${segment(id)}/api-keys/${segment(key)}`, safe: false, options });
  }

  /** Replace an API key of an account: `POST /api/v1/admin/users/{id}/api-keys/{key}/rotate`, for whoever holds `users:edit`. */
  postAdminUsersIdApiKeysKeyRotate(id: string, key: string, input: types.PostAdminUsersIdApiKeysKeyRotateInput = {}, options: Options = {}): Promise<types.NewApiKey> {
    return this.json<types.NewApiKey>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/api-keys/${segment(key)}/rotate`, body: input, safe: false, options });
  }

  /** Act as somebody else for a while: `POST /api/v1/admin/users/{id}/impersonate`, for whoever holds `users:impersonate`. */
  postAdminUsersIdImpersonate(id: string, input: types.PostAdminUsersIdImpersonateInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/impersonate`, body: input, safe: false, options });
  }

  /** Lock an account and end its sessions: `POST /api/v1/admin/users/{id}/lock`, for whoever holds `users:edit`. */
  postAdminUsersIdLock(id: string, input: types.PostAdminUsersIdLockInput = {}, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/lock`, body: input, safe: false, options });
  }

  /** Take a permission that was given directly: `DELETE /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`. */
  deleteAdminUsersIdPermissions(id: string, input: types.DeleteAdminUsersIdPermissionsInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/users/${segment(id)}/permissions`, query: { ...input }, safe: false, options });
  }

  /** List permissions that were given directly: `GET /api/v1/admin/users/{id}/permissions`, for whoever holds `users:view`. */
  getAdminUsersIdPermissions(id: string, options: Options = {}): Promise<types.GetAdminUsersIdPermissionsReply> {
    return this.json<types.GetAdminUsersIdPermissionsReply>({ method: "GET", path: `/api/v1/admin/users/${segment(id)}/permissions`, safe: true, options });
  }

  /** Give or deny a permission directly: `PUT /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`. */
  putAdminUsersIdPermissions(id: string, input: types.PutAdminUsersIdPermissionsInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/users/${segment(id)}/permissions`, body: input, safe: false, options });
  }

  /** Remove the second factors of an account: `POST /api/v1/admin/users/{id}/reset-mfa`, for whoever holds `users:edit`. */
  postAdminUsersIdResetMfa(id: string, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/reset-mfa`, safe: false, options });
  }

  /** Bring a deleted account back: `POST /api/v1/admin/users/{id}/restore`, for whoever holds `users:edit`. */
  postAdminUsersIdRestore(id: string, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/restore`, safe: false, options });
  }

  /** Take a role from an account: `DELETE /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`. */
  deleteAdminUsersIdRolesRole(id: string, role: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/users/${segment(id)}/roles/${segment(role)}`, safe: false, options });
  }

  /** Give a role to an account: `PUT /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`. */
  putAdminUsersIdRolesRole(id: string, role: string, input: types.PutAdminUsersIdRolesRoleInput = {}, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: `/api/v1/admin/users/${segment(id)}/roles/${segment(role)}`, body: input, safe: false, options });
  }

  /** List the sessions of an account: `GET /api/v1/admin/users/{id}/sessions`, for whoever holds `users:view`. */
  getAdminUsersIdSessions(id: string, options: Options = {}): Promise<types.GetAdminUsersIdSessionsReply> {
    return this.json<types.GetAdminUsersIdSessionsReply>({ method: "GET", path: `/api/v1/admin/users/${segment(id)}/sessions`, safe: true, options });
  }

  /** End a session of an account: `DELETE /api/v1/admin/users/{id}/sessions/{session}`, for whoever holds `users:edit`. */
  deleteAdminUsersIdSessionsSession(id: string, session: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/admin/users/${segment(id)}/sessions/${segment(session)}`, safe: false, options });
  }

  /** Set the password of an account: `POST /api/v1/admin/users/{id}/set-password`, for whoever holds `users:edit`. */
  postAdminUsersIdSetPassword(id: string, input: types.PostAdminUsersIdSetPasswordInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/set-password`, body: input, safe: false, options });
  }

  /** End every session of an account: `POST /api/v1/admin/users/{id}/sign-out`, for whoever holds `users:edit`. */
  postAdminUsersIdSignOut(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/sign-out`, safe: false, options });
  }

  /** Unlock an account: `POST /api/v1/admin/users/{id}/unlock`, for whoever holds `users:edit`. */
  postAdminUsersIdUnlock(id: string, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/unlock`, safe: false, options });
  }

  /** Count every address of an account as proven: `POST /api/v1/admin/users/{id}/verify`, for whoever holds `users:edit`. */
  postAdminUsersIdVerify(id: string, options: Options = {}): Promise<types.UserDetail> {
    return this.json<types.UserDetail>({ method: "POST", path: `/api/v1/admin/users/${segment(id)}/verify`, safe: false, options });
  }

  /** Say why somebody could or could not sign in: `GET /api/v1/admin/users/{id}/why`, for whoever holds `users:view`. */
  getAdminUsersIdWhy(id: string, options: Options = {}): Promise<types.GetAdminUsersIdWhyReply> {
    return this.json<types.GetAdminUsersIdWhyReply>({ method: "GET", path: `/api/v1/admin/users/${segment(id)}/why`, safe: true, options });
  }

  /** Get an API key anew by the token beside it: `POST /api/v1/api-keys/refresh`, for anybody. */
  postApiKeysRefresh(input: types.PostApiKeysRefreshInput, options: Options = {}): Promise<types.NewApiKey> {
    return this.json<types.NewApiKey>({ method: "POST", path: "/api/v1/api-keys/refresh", body: input, safe: false, options });
  }

  /** Report an API key that was found in public: `POST /api/v1/api-keys/report`, for anybody. */
  postApiKeysReport(input: types.PostApiKeysReportInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/api-keys/report", body: input, safe: false, options });
  }

  /** Ask whether one may do something: `GET /api/v1/can`, for whoever is signed in or has a key. */
  getCan(input: types.GetCanInput = {}, options: Options = {}): Promise<types.Answer> {
    return this.json<types.Answer>({ method: "GET", path: "/api/v1/can", query: { ...input }, safe: true, options });
  }

  /** Ask whether one may do something, with circumstances: `POST /api/v1/can`, for whoever is signed in or has a key. */
  postCan(input: types.PostCanInput, options: Options = {}): Promise<types.Answer> {
    return this.json<types.Answer>({ method: "POST", path: "/api/v1/can", body: input, safe: true, options });
  }

  /** Ask up to 100 such questions at once: `POST /api/v1/can/batch`, for whoever is signed in or has a key. */
  postCanBatch(input: types.PostCanBatchInput, options: Options = {}): Promise<types.PostCanBatchReply> {
    return this.json<types.PostCanBatchReply>({ method: "POST", path: "/api/v1/can/batch", body: input, safe: true, options });
  }

  /** Ask why one may or may not: `POST /api/v1/can/explain`, for whoever is signed in or has a key. */
  postCanExplain(input: types.PostCanExplainInput, options: Options = {}): Promise<types.PostCanExplainReply> {
    return this.json<types.PostCanExplainReply>({ method: "POST", path: "/api/v1/can/explain", body: input, safe: true, options });
  }

  /** Get a captcha: `POST /api/v1/captcha`, for anybody. */
  postCaptcha(input: types.PostCaptchaInput, options: Options = {}): Promise<types.Captcha> {
    return this.json<types.Captcha>({ method: "POST", path: "/api/v1/captcha", body: input, safe: false, options });
  }

  /** Spend a solved captcha at a door of the app's own: `POST /api/v1/captcha/spend`, for anybody. */
  postCaptchaSpend(input: types.PostCaptchaSpendInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/captcha/spend", body: input, safe: false, options });
  }

  /** Hear a captcha: `GET /api/v1/captcha/{token}/audio`, for anybody. */
  getCaptchaTokenAudio(token: string, options: Options = {}): Promise<Uint8Array> {
    return this.bytes({ method: "GET", path: `/api/v1/captcha/${segment(token)}/audio`, safe: true, options });
  }

  /** See a captcha: `GET /api/v1/captcha/{token}/image`, for anybody. */
  getCaptchaTokenImage(token: string, options: Options = {}): Promise<Uint8Array> {
    return this.bytes({ method: "GET", path: `/api/v1/captcha/${segment(token)}/image`, safe: true, options });
  }

  /** Show what this server offers: `GET /api/v1/config`, for anybody. */
  getConfig(options: Options = {}): Promise<types.Config> {
    return this.json<types.Config>({ method: "GET", path: "/api/v1/config", safe: true, options });
  }

  /** Stop acting as somebody else: `POST /api/v1/impersonation/stop`, for whoever is signed in, perhaps without a second factor. */
  postImpersonationStop(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/impersonation/stop", safe: false, options });
  }

  /** Delete one's account: `DELETE /api/v1/me`, for whoever is signed in. */
  deleteMe(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me", safe: false, options });
  }

  /** Show one's account: `GET /api/v1/me`, for whoever is signed in or has a key. */
  getMe(options: Options = {}): Promise<types.User> {
    return this.json<types.User>({ method: "GET", path: "/api/v1/me", safe: true, options });
  }

  /** Change one's name and properties: `PATCH /api/v1/me`, for whoever is signed in. */
  patchMe(input: types.PatchMeInput = {}, options: Options = {}): Promise<types.User> {
    return this.json<types.User>({ method: "PATCH", path: "/api/v1/me", body: input, safe: false, options });
  }

  /** List what happened to one's account: `GET /api/v1/me/activity`, for whoever is signed in. */
  getMeActivity(input: types.GetMeActivityInput = {}, options: Options = {}): Promise<types.GetAdminAuditReply> {
    return this.json<types.GetAdminAuditReply>({ method: "GET", path: "/api/v1/me/activity", query: { ...input }, safe: true, options });
  }

  /** Confirm a new address by the link that was sent there: `POST /api/v1/me/address-link`, for whoever is signed in. */
  postMeAddressLink(input: types.PostMeAddressLinkInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/me/address-link", body: input, safe: false, options });
  }

  /** Forget a new address that waits to be confirmed: `DELETE /api/v1/me/address/{id}`, for whoever is signed in. */
  deleteMeAddressId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/address/${segment(id)}`, safe: false, options });
  }

  /** Confirm a new address by the code that was sent there: `POST /api/v1/me/address/{id}/confirm`, for whoever is signed in. */
  postMeAddressIdConfirm(id: string, input: types.PostMeAddressIdConfirmInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: `/api/v1/me/address/${segment(id)}/confirm`, body: input, safe: false, options });
  }

  /** Send the code for a new address again: `POST /api/v1/me/address/{id}/resend`, for whoever is signed in. */
  postMeAddressIdResend(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: `/api/v1/me/address/${segment(id)}/resend`, safe: false, options });
  }

  /** End every API key of one's own: `DELETE /api/v1/me/api-keys`, for whoever is signed in. */
  deleteMeApiKeys(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/api-keys", safe: false, options });
  }

  /** List one's API keys: `GET /api/v1/me/api-keys`, for whoever is signed in. */
  getMeApiKeys(options: Options = {}): Promise<types.GetAdminUsersIdApiKeysReply> {
    return this.json<types.GetAdminUsersIdApiKeysReply>({ method: "GET", path: "/api/v1/me/api-keys", safe: true, options });
  }

  /** Make an API key: `POST /api/v1/me/api-keys`, for whoever is signed in. */
  postMeApiKeys(input: types.PostMeApiKeysInput, options: Options = {}): Promise<types.NewApiKey> {
    return this.json<types.NewApiKey>({ method: "POST", path: "/api/v1/me/api-keys", body: input, safe: false, options });
  }

  /** End an API key: `DELETE /api/v1/me/api-keys/{key}`, for whoever is signed in. */
  deleteMeApiKeysKey(key: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/api-keys/${segment(key)}`, safe: false, options });
  }

  /** Replace an API key: `POST /api/v1/me/api-keys/{key}/rotate`, for whoever is signed in. */
  postMeApiKeysKeyRotate(key: string, input: types.PostMeApiKeysKeyRotateInput = {}, options: Options = {}): Promise<types.NewApiKey> {
    return this.json<types.NewApiKey>({ method: "POST", path: `/api/v1/me/api-keys/${segment(key)}/rotate`, body: input, safe: false, options });
  }

  /** Get a code for something of the app's own: `POST /api/v1/me/codes`, for whoever is signed in. */
  postMeCodes(input: types.PostMeCodesInput, options: Options = {}): Promise<types.Begun> {
    return this.json<types.Begun>({ method: "POST", path: "/api/v1/me/codes", body: input, safe: false, options });
  }

  /** Spend such a code: `POST /api/v1/me/codes/{id}/spend`, for whoever is signed in. */
  postMeCodesIdSpend(id: string, input: types.PostMeCodesIdSpendInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: `/api/v1/me/codes/${segment(id)}/spend`, body: input, safe: false, options });
  }

  /** List the services that one signs in at: `GET /api/v1/me/connections`, for whoever is signed in. */
  getMeConnections(options: Options = {}): Promise<types.GetMeConnectionsReply> {
    return this.json<types.GetMeConnectionsReply>({ method: "GET", path: "/api/v1/me/connections", safe: true, options });
  }

  /** Begin to connect a service: `POST /api/v1/me/connections`, for whoever is signed in. */
  postMeConnections(input: types.PostMeConnectionsInput, options: Options = {}): Promise<types.PostMeConnectionsReply> {
    return this.json<types.PostMeConnectionsReply>({ method: "POST", path: "/api/v1/me/connections", body: input, safe: false, options });
  }

  /** Disconnect a service: `DELETE /api/v1/me/connections/{id}`, for whoever is signed in. */
  deleteMeConnectionsId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/connections/${segment(id)}`, safe: false, options });
  }

  /** Forget every device that is spared the second factor: `DELETE /api/v1/me/devices`, for whoever is signed in. */
  deleteMeDevices(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/devices", safe: false, options });
  }

  /** List devices that are spared the second factor: `GET /api/v1/me/devices`, for whoever is signed in. */
  getMeDevices(options: Options = {}): Promise<types.GetMeDevicesReply> {
    return this.json<types.GetMeDevicesReply>({ method: "GET", path: "/api/v1/me/devices", safe: true, options });
  }

  /** Forget such a device: `DELETE /api/v1/me/devices/{id}`, for whoever is signed in. */
  deleteMeDevicesId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/devices/${segment(id)}`, safe: false, options });
  }

  /** Remove one's e-mail address: `DELETE /api/v1/me/email`, for whoever is signed in. */
  deleteMeEmail(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/email", safe: false, options });
  }

  /** Ask for another e-mail address: `PUT /api/v1/me/email`, for whoever is signed in. */
  putMeEmail(input: types.PutMeEmailInput, options: Options = {}): Promise<types.Begun> {
    return this.json<types.Begun>({ method: "PUT", path: "/api/v1/me/email", body: input, safe: false, options });
  }

  /** Get all that is kept about one: `GET /api/v1/me/export`, for whoever is signed in. */
  getMeExport(options: Options = {}): Promise<types.GetMeExportReply> {
    return this.json<types.GetMeExportReply>({ method: "GET", path: "/api/v1/me/export", safe: true, options });
  }

  /** List one's second factors: `GET /api/v1/me/factors`, for whoever is signed in. */
  getMeFactors(options: Options = {}): Promise<types.GetMeFactorsReply> {
    return this.json<types.GetMeFactorsReply>({ method: "GET", path: "/api/v1/me/factors", safe: true, options });
  }

  /** Remove a second factor of the app's own: `DELETE /api/v1/me/factors/{factor}`, for whoever is signed in. */
  deleteMeFactorsFactor(factor: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/factors/${segment(factor)}`, safe: false, options });
  }

  /** Begin to set up a second factor of the app's own: `POST /api/v1/me/factors/{factor}`, for whoever is signed in, perhaps without a second factor. */
  postMeFactorsFactor(factor: string, options: Options = {}): Promise<types.PostMeFactorsFactorReply> {
    return this.json<types.PostMeFactorsFactorReply>({ method: "POST", path: `/api/v1/me/factors/${segment(factor)}`, safe: false, options });
  }

  /** Finish setting such a factor up: `POST /api/v1/me/factors/{factor}/confirm`, for whoever is signed in, perhaps without a second factor. */
  postMeFactorsFactorConfirm(factor: string, input: types.PostMeFactorsFactorConfirmInput, options: Options = {}): Promise<types.PostMeFactorsFactorConfirmReply> {
    return this.json<types.PostMeFactorsFactorConfirmReply>({ method: "POST", path: `/api/v1/me/factors/${segment(factor)}/confirm`, body: input, safe: false, options });
  }

  /** List one's passkeys: `GET /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor. */
  getMePasskeys(options: Options = {}): Promise<types.GetMePasskeysReply> {
    return this.json<types.GetMePasskeysReply>({ method: "GET", path: "/api/v1/me/passkeys", safe: true, options });
  }

  /** Add the passkey that the browser made: `POST /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor. */
  postMePasskeys(input: types.PostMePasskeysInput, options: Options = {}): Promise<types.Passkey> {
    return this.json<types.Passkey>({ method: "POST", path: "/api/v1/me/passkeys", body: input, safe: false, options });
  }

  /** Begin to add a passkey: `POST /api/v1/me/passkeys/options`, for whoever is signed in, perhaps without a second factor. */
  postMePasskeysOptions(options: Options = {}): Promise<types.PostMePasskeysOptionsReply> {
    return this.json<types.PostMePasskeysOptionsReply>({ method: "POST", path: "/api/v1/me/passkeys/options", body: {}, safe: false, options });
  }

  /** Remove a passkey: `DELETE /api/v1/me/passkeys/{id}`, for whoever is signed in. */
  deleteMePasskeysId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/passkeys/${segment(id)}`, safe: false, options });
  }

  /** Name a passkey: `PATCH /api/v1/me/passkeys/{id}`, for whoever is signed in. */
  patchMePasskeysId(id: string, input: types.PatchMePasskeysIdInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PATCH", path: `/api/v1/me/passkeys/${segment(id)}`, body: input, safe: false, options });
  }

  /** Change one's password: `PUT /api/v1/me/password`, for whoever is signed in. */
  putMePassword(input: types.PutMePasswordInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "PUT", path: "/api/v1/me/password", body: input, safe: false, options });
  }

  /** List what one holds: `GET /api/v1/me/permissions`, for whoever is signed in or has a key. */
  getMePermissions(options: Options = {}): Promise<types.Permissions> {
    return this.json<types.Permissions>({ method: "GET", path: "/api/v1/me/permissions", safe: true, options });
  }

  /** Remove one's phone number: `DELETE /api/v1/me/phone`, for whoever is signed in. */
  deleteMePhone(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/phone", safe: false, options });
  }

  /** Ask for another phone number: `PUT /api/v1/me/phone`, for whoever is signed in. */
  putMePhone(input: types.PutMePhoneInput, options: Options = {}): Promise<types.Begun> {
    return this.json<types.Begun>({ method: "PUT", path: "/api/v1/me/phone", body: input, safe: false, options });
  }

  /** Count the recovery codes that are left: `GET /api/v1/me/recovery-codes`, for whoever is signed in. */
  getMeRecoveryCodes(options: Options = {}): Promise<types.GetMeRecoveryCodesReply> {
    return this.json<types.GetMeRecoveryCodesReply>({ method: "GET", path: "/api/v1/me/recovery-codes", safe: true, options });
  }

  /** Get new recovery codes: `POST /api/v1/me/recovery-codes`, for whoever is signed in. */
  postMeRecoveryCodes(options: Options = {}): Promise<types.PostMeRecoveryCodesReply> {
    return this.json<types.PostMeRecoveryCodesReply>({ method: "POST", path: "/api/v1/me/recovery-codes", safe: false, options });
  }

  /** End every other session of one's own: `DELETE /api/v1/me/sessions`, for whoever is signed in. */
  deleteMeSessions(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/sessions", safe: false, options });
  }

  /** List one's sessions: `GET /api/v1/me/sessions`, for whoever is signed in. */
  getMeSessions(options: Options = {}): Promise<types.GetAdminUsersIdSessionsReply> {
    return this.json<types.GetAdminUsersIdSessionsReply>({ method: "GET", path: "/api/v1/me/sessions", safe: true, options });
  }

  /** End a session of one's own: `DELETE /api/v1/me/sessions/{id}`, for whoever is signed in. */
  deleteMeSessionsId(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: `/api/v1/me/sessions/${segment(id)}`, safe: false, options });
  }

  /** Remove the authenticator app: `DELETE /api/v1/me/totp`, for whoever is signed in. */
  deleteMeTotp(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/totp", safe: false, options });
  }

  /** Begin to set up an authenticator app: `POST /api/v1/me/totp`, for whoever is signed in, perhaps without a second factor. */
  postMeTotp(options: Options = {}): Promise<types.PostMeTotpReply> {
    return this.json<types.PostMeTotpReply>({ method: "POST", path: "/api/v1/me/totp", safe: false, options });
  }

  /** Finish setting it up: `POST /api/v1/me/totp/confirm`, for whoever is signed in, perhaps without a second factor. */
  postMeTotpConfirm(input: types.PostMeTotpConfirmInput, options: Options = {}): Promise<types.PostMeFactorsFactorConfirmReply> {
    return this.json<types.PostMeFactorsFactorConfirmReply>({ method: "POST", path: "/api/v1/me/totp/confirm", body: input, safe: false, options });
  }

  /** Remove one's username: `DELETE /api/v1/me/username`, for whoever is signed in. */
  deleteMeUsername(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "DELETE", path: "/api/v1/me/username", safe: false, options });
  }

  /** Set one's username: `PUT /api/v1/me/username`, for whoever is signed in. */
  putMeUsername(input: types.PutMeUsernameInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "PUT", path: "/api/v1/me/username", body: input, safe: false, options });
  }

  /** Say how good a password would be: `POST /api/v1/password/check`, for anybody. */
  postPasswordCheck(input: types.PostPasswordCheckInput, options: Options = {}): Promise<types.PostPasswordCheckReply> {
    return this.json<types.PostPasswordCheckReply>({ method: "POST", path: "/api/v1/password/check", body: input, safe: true, options });
  }

  /** List the services that one can sign in at: `GET /api/v1/providers`, for anybody. */
  getProviders(options: Options = {}): Promise<types.GetProvidersReply> {
    return this.json<types.GetProvidersReply>({ method: "GET", path: "/api/v1/providers", safe: true, options });
  }

  /** Begin to set a new password: `POST /api/v1/recovery`, for anybody. */
  postRecovery(input: types.PostRecoveryInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/recovery", body: input, safe: false, options });
  }

  /** Set a new password by the link: `POST /api/v1/recovery-link`, for anybody. */
  postRecoveryLink(input: types.PostRecoveryLinkInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/recovery-link", body: input, safe: false, options });
  }

  /** Stop a recovery that somebody else began: `POST /api/v1/recovery-stop`, for anybody. */
  postRecoveryStop(input: types.PostRecoveryStopInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/recovery-stop", body: input, safe: false, options });
  }

  /** Set a new password by the code: `POST /api/v1/recovery/{id}/confirm`, for anybody. */
  postRecoveryIdConfirm(id: string, input: types.PostRecoveryIdConfirmInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: `/api/v1/recovery/${segment(id)}/confirm`, body: input, safe: false, options });
  }

  /** Bring one's deleted account back: `POST /api/v1/restore-link`, for anybody. */
  postRestoreLink(input: types.PostRestoreLinkInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/restore-link", body: input, safe: false, options });
  }

  /** Show the session: `GET /api/v1/session`, for whoever is signed in. */
  getSession(options: Options = {}): Promise<types.Session> {
    return this.json<types.Session>({ method: "GET", path: "/api/v1/session", safe: true, options });
  }

  /** Change the app's data on the session: `PATCH /api/v1/session`, for whoever is signed in. */
  patchSession(input: types.PatchSessionInput, options: Options = {}): Promise<types.PatchSessionReply> {
    return this.json<types.PatchSessionReply>({ method: "PATCH", path: "/api/v1/session", body: input, safe: false, options });
  }

  /** Get the token for forms: `GET /api/v1/session/csrf`, for whoever is signed in. */
  getSessionCsrf(options: Options = {}): Promise<types.GetSessionCsrfReply> {
    return this.json<types.GetSessionCsrfReply>({ method: "GET", path: "/api/v1/session/csrf", safe: true, options });
  }

  /** Follow the session until it ends: `GET /api/v1/session/events`, for whoever is signed in. */
  getSessionEvents(options: Options = {}): AsyncGenerator<ServerEvent, void, void> {
    return this.events({ method: "GET", path: "/api/v1/session/events", safe: true, options });
  }

  /** Prove again who one is: `POST /api/v1/session/step-up`, for whoever is signed in, perhaps without a second factor. */
  postSessionStepUp(input: types.PostSessionStepUpInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/session/step-up", body: input, safe: false, options });
  }

  /** Make the first administrator: `POST /api/v1/setup`, for anybody. */
  postSetup(input: types.PostSetupInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/setup", body: input, safe: false, options });
  }

  /** Sign in with a password: `POST /api/v1/sign-in`, for anybody. */
  postSignIn(input: types.PostSignInInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in", body: input, safe: false, options });
  }

  /** Begin without an account: `POST /api/v1/sign-in/anonymous`, for anybody. */
  postSignInAnonymous(input: types.PostSignInAnonymousInput = {}, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/anonymous", body: input, safe: false, options });
  }

  /** Sign in by a way of the app's own: `POST /api/v1/sign-in/by/{method}`, for anybody. */
  postSignInByMethod(method: string, input: types.PostSignInByMethodInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: `/api/v1/sign-in/by/${segment(method)}`, body: input, safe: false, options });
  }

  /** Have a code for signing in sent: `POST /api/v1/sign-in/code`, for anybody. */
  postSignInCode(input: types.PostSignInCodeInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/code", body: input, safe: false, options });
  }

  /** Sign in with the code: `POST /api/v1/sign-in/code/confirm`, for anybody. */
  postSignInCodeConfirm(input: types.PostSignInCodeConfirmInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/code/confirm", body: input, safe: false, options });
  }

  /** Send the code for signing in again: `POST /api/v1/sign-in/code/resend`, for anybody. */
  postSignInCodeResend(input: types.PostSignInCodeResendInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/sign-in/code/resend", body: input, safe: false, options });
  }

  /** Have a link for signing in sent: `POST /api/v1/sign-in/link`, for anybody. */
  postSignInLink(input: types.PostSignInLinkInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/link", body: input, safe: false, options });
  }

  /** Sign in with the link or its code: `POST /api/v1/sign-in/link/confirm`, for anybody. */
  postSignInLinkConfirm(input: types.PostSignInLinkConfirmInput = {}, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/link/confirm", body: input, safe: false, options });
  }

  /** Send the link for signing in again: `POST /api/v1/sign-in/link/resend`, for anybody. */
  postSignInLinkResend(input: types.PostSignInLinkResendInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/sign-in/link/resend", body: input, safe: false, options });
  }

  /** Finish signing in with a second factor: `POST /api/v1/sign-in/mfa`, for anybody. */
  postSignInMfa(input: types.PostSignInMfaInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/mfa", body: input, safe: false, options });
  }

  /** Begin to sign in at a service: `POST /api/v1/sign-in/provider`, for anybody. */
  postSignInProvider(input: types.PostSignInProviderInput, options: Options = {}): Promise<types.PostMeConnectionsReply> {
    return this.json<types.PostMeConnectionsReply>({ method: "POST", path: "/api/v1/sign-in/provider", body: input, safe: false, options });
  }

  /** Come back from a service: `POST /api/v1/sign-in/provider/callback`, for anybody. */
  postSignInProviderCallback(input: types.PostSignInProviderCallbackInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-in/provider/callback", body: input, safe: false, options });
  }

  /** Sign out: `POST /api/v1/sign-out`, for anybody. */
  postSignOut(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/sign-out", safe: false, options });
  }

  /** End every session of one's own: `POST /api/v1/sign-out/all`, for whoever is signed in. */
  postSignOutAll(options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/sign-out/all", safe: false, options });
  }

  /** Sign up: `POST /api/v1/sign-up`, for anybody. */
  postSignUp(input: types.PostSignUpInput = {}, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/sign-up", body: input, safe: false, options });
  }

  /** Get an access token: `POST /api/v1/token`, for anybody. */
  postToken(input: types.PostTokenInput = {}, options: Options = {}): Promise<types.PostTokenReply> {
    return this.json<types.PostTokenReply>({ method: "POST", path: "/api/v1/token", body: input, safe: false, options });
  }

  /** Ask what a token is worth: `POST /api/v1/token/introspect`, for whoever holds `tokens:introspect`. */
  postTokenIntrospect(input: types.PostTokenIntrospectInput, options: Options = {}): Promise<types.PostTokenIntrospectReply> {
    return this.json<types.PostTokenIntrospectReply>({ method: "POST", path: "/api/v1/token/introspect", body: input, safe: false, options });
  }

  /** Make a token worthless: `POST /api/v1/token/revoke`, for anybody. */
  postTokenRevoke(input: types.PostTokenRevokeInput, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: "/api/v1/token/revoke", body: input, safe: false, options });
  }

  /** Take a change of an address back: `POST /api/v1/undo-link`, for anybody. */
  postUndoLink(input: types.PostUndoLinkInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/undo-link", body: input, safe: false, options });
  }

  /** Have a code sent that proves one's address: `POST /api/v1/verifications`, for whoever is signed in. */
  postVerifications(options: Options = {}): Promise<types.Begun> {
    return this.json<types.Begun>({ method: "POST", path: "/api/v1/verifications", safe: false, options });
  }

  /** Prove an address by the code: `POST /api/v1/verifications/{id}/confirm`, for anybody. */
  postVerificationsIdConfirm(id: string, input: types.PostVerificationsIdConfirmInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: `/api/v1/verifications/${segment(id)}/confirm`, body: input, safe: false, options });
  }

  /** Send the code again: `POST /api/v1/verifications/{id}/resend`, for anybody. */
  postVerificationsIdResend(id: string, options: Options = {}): Promise<void> {
    return this.json<void>({ method: "POST", path: `/api/v1/verifications/${segment(id)}/resend`, safe: false, options });
  }

  /** Prove an address by the link: `POST /api/v1/verify-link`, for anybody. */
  postVerifyLink(input: types.PostVerifyLinkInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/verify-link", body: input, safe: false, options });
  }

  /** Sign in with a passkey: `POST /api/v1/webauthn/sign-in`, for anybody. */
  postWebauthnSignIn(input: types.PostWebauthnSignInInput, options: Options = {}): Promise<types.Outcome> {
    return this.json<types.Outcome>({ method: "POST", path: "/api/v1/webauthn/sign-in", body: input, safe: false, options });
  }

  /** Begin to sign in with a passkey: `POST /api/v1/webauthn/sign-in/options`, for anybody. */
  postWebauthnSignInOptions(input: types.PostWebauthnSignInOptionsInput = {}, options: Options = {}): Promise<types.PostMePasskeysOptionsReply> {
    return this.json<types.PostMePasskeysOptionsReply>({ method: "POST", path: "/api/v1/webauthn/sign-in/options", body: input, safe: false, options });
  }
}
